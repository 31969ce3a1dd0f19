package dev.ashlar.cli.serve;

import dev.ashlar.nbd.RateLimits;
import dev.ashlar.nbd.ServerLimits;
import java.time.Duration;

/**
 * The bounds of a daemon's server. What is null was not said, and the server's own default holds.
 *
 * @param maxConnections connections at a time
 * @param maxConnectionsPerAddress of those, from one address or user
 * @param payloadMemory bytes for payloads in flight
 * @param payloadWait how long a READ that needs much of it at once waits
 * @param times how long clients are waited for
 * @param tcp what TCP connections are watched by
 * @param rate bytes per second of all clients together
 * @param iops requests per second of all clients together
 */
public record LimitChoice(
        Integer maxConnections,
        Integer maxConnectionsPerAddress,
        Long payloadMemory,
        Duration payloadWait,
        TimeChoice times,
        TcpChoice tcp,
        Long rate,
        Long iops) {
    /** Nothing said. */
    public static final LimitChoice NONE =
            new LimitChoice(null, null, null, null, TimeChoice.NONE, TcpChoice.NONE, null, null);

    private static final long LEAST_MEMORY = 2L * ServerLimits.MAX_REQUEST_BYTES;
    private static final long MOST_MEMORY = ServerLimits.MOST_PAYLOAD_MEMORY_BYTES;

    /** Checks the ranges. */
    public LimitChoice {
        requireCount("max-connections", maxConnections);
        requireCount("max-connections-per-address", maxConnectionsPerAddress);
        if (payloadMemory != null && (payloadMemory < LEAST_MEMORY || payloadMemory > MOST_MEMORY)) {
            throw new IllegalArgumentException("payload-memory must be from " + (LEAST_MEMORY >> 20) + "M to "
                    + (MOST_MEMORY >> 40) + "T");
        }
        if (payloadWait != null && payloadWait.isZero()) {
            throw new IllegalArgumentException("payload-wait must not be 0");
        }
    }

    private static void requireCount(String key, Integer value) {
        if (value != null && (value < 1 || value > ServerLimits.MOST_CONNECTIONS)) {
            throw new IllegalArgumentException(key + " must be from 1 to " + ServerLimits.MOST_CONNECTIONS);
        }
    }

    /** What this says, and what {@code other} says where this says nothing. */
    public LimitChoice orElse(LimitChoice other) {
        return new LimitChoice(
                first(maxConnections, other.maxConnections),
                first(maxConnectionsPerAddress, other.maxConnectionsPerAddress),
                first(payloadMemory, other.payloadMemory),
                first(payloadWait, other.payloadWait),
                times.orElse(other.times),
                tcp.orElse(other.tcp),
                first(rate, other.rate),
                first(iops, other.iops));
    }

    /** What is said of limits that can be changed while the server runs. */
    LimitChoice changeable() {
        TimeChoice changeable = new TimeChoice(times.handshake(), null, times.idle(), times.stall(), times.drain());
        return new LimitChoice(maxConnections, maxConnectionsPerAddress, null, null, changeable, tcp, rate, iops);
    }

    static <T> T first(T said, T otherwise) {
        return said == null ? otherwise : said;
    }

    /** The bounds, with the server's own where nothing was said. */
    ServerLimits limits() {
        ServerLimits defaults = ServerLimits.DEFAULTS;
        int connections = first(maxConnections, defaults.maxConnections());
        // Who raises one bound and says nothing of the other wants no bound per address.
        int perAddress = Math.max(connections, defaults.maxConnectionsPerAddress());
        return new ServerLimits(
                connections,
                first(maxConnectionsPerAddress, perAddress),
                first(payloadMemory, defaults.payloadMemoryBytes()),
                first(payloadWait, defaults.payloadWait()),
                times.limits(),
                tcp.settings(),
                new RateLimits(first(rate, 0L), first(iops, 0L)));
    }
}
