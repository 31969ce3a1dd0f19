package dev.ashlar.nbd;

/**
 * How fast the clients of an export, or of a server, may go together. Clients that wait get equal shares, in pieces of a
 * hundredth of a second, but of 4 KiB at least and 256 KiB at most: as long does a small request wait beside large ones.
 *
 * @param bytesPerSecond payload read and written, and zeroes that have to be written; holes and freed storage cost nothing.
 *     0 for no limit
 * @param operationsPerSecond requests of any kind, 0 for no limit
 */
public record RateLimits(long bytesPerSecond, long operationsPerSecond) {
    /** As fast as it goes. */
    public static final RateLimits NONE = new RateLimits(0, 0);

    /** Checks the ranges. */
    public RateLimits {
        if (bytesPerSecond < 0 || operationsPerSecond < 0) {
            throw new IllegalArgumentException(
                    "bytesPerSecond=" + bytesPerSecond + " operationsPerSecond=" + operationsPerSecond);
        }
    }
}
