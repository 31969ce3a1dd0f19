package dev.ashlar.nbd;

import java.time.Duration;
import java.util.Objects;

/**
 * The bounds of a server. Beside the payload memory, each connection in the transmission phase holds half a MiB.
 *
 * @param maxConnections connections served at the same time, the ones still negotiating included, at most {@link
 *     #MOST_CONNECTIONS}; more are closed at once
 * @param maxConnectionsPerAddress of those, connections from one IP address, or over Unix sockets by one user
 * @param payloadMemoryBytes memory for payloads in flight over all connections, at least twice {@link #MAX_REQUEST_BYTES} and
 *     at most {@link #MOST_PAYLOAD_MEMORY_BYTES}: a
 *     half for READs of more than 4 MiB that must be answered in one piece, of which one client gets no more than half
 *     unless it is a single READ, a quarter for all other reading, a quarter for writing
 * @param payloadWait how long a READ that must be answered in one piece waits for memory before it is answered ENOMEM,
 *     at most {@link TimeLimits#LONGEST}
 * @param times how long peers are waited for
 * @param tcp what TCP connections are watched by
 * @param rates how fast all clients of the server may go together, beside what their exports allow
 */
public record ServerLimits(
        int maxConnections,
        int maxConnectionsPerAddress,
        long payloadMemoryBytes,
        Duration payloadWait,
        TimeLimits times,
        TcpSettings tcp,
        RateLimits rates) {

    /** The largest payload of one request, read or written. */
    public static final int MAX_REQUEST_BYTES = 64 << 20;

    /** More than any machine would give. */
    public static final long MOST_PAYLOAD_MEMORY_BYTES = 1L << 40;

    /** As many threads as a server may have. */
    public static final int MOST_CONNECTIONS = 65536;

    /** What a server uses when told nothing else. */
    public static final ServerLimits DEFAULTS = new ServerLimits(
            1024, 1024, 256L << 20, Duration.ofSeconds(30), TimeLimits.DEFAULTS, TcpSettings.DEFAULTS,
            RateLimits.NONE);

    /** Checks the ranges. */
    public ServerLimits {
        if (maxConnections < 1 || maxConnections > MOST_CONNECTIONS || maxConnectionsPerAddress < 1) {
            throw new IllegalArgumentException(
                    "maxConnections=" + maxConnections + " maxConnectionsPerAddress=" + maxConnectionsPerAddress);
        }
        if (payloadMemoryBytes < 2L * MAX_REQUEST_BYTES || payloadMemoryBytes > MOST_PAYLOAD_MEMORY_BYTES) {
            throw new IllegalArgumentException("payloadMemoryBytes=" + payloadMemoryBytes
                    + " is less than two requests of " + MAX_REQUEST_BYTES + ", or more than "
                    + MOST_PAYLOAD_MEMORY_BYTES);
        }
        if (!payloadWait.isPositive() || payloadWait.compareTo(TimeLimits.LONGEST) > 0) {
            throw new IllegalArgumentException("payloadWait=" + payloadWait);
        }
        Objects.requireNonNull(times, "times");
        Objects.requireNonNull(tcp, "tcp");
        Objects.requireNonNull(rates, "rates");
    }

    /** These limits with another number of connections. */
    public ServerLimits withMaxConnections(int connections) {
        return new ServerLimits(
                connections, maxConnectionsPerAddress, payloadMemoryBytes, payloadWait, times, tcp, rates);
    }

    /** These limits with another number of connections per address. */
    public ServerLimits withMaxConnectionsPerAddress(int connections) {
        return new ServerLimits(maxConnections, connections, payloadMemoryBytes, payloadWait, times, tcp, rates);
    }

    /** These limits with other payload memory and another wait for it. */
    public ServerLimits withPayloadMemory(long bytes, Duration wait) {
        return new ServerLimits(maxConnections, maxConnectionsPerAddress, bytes, wait, times, tcp, rates);
    }

    /** These limits with other times. */
    public ServerLimits withTimes(TimeLimits limits) {
        return new ServerLimits(
                maxConnections, maxConnectionsPerAddress, payloadMemoryBytes, payloadWait, limits, tcp, rates);
    }

    /** These limits with another time for the handshake. */
    public ServerLimits withHandshakeTimeout(Duration timeout) {
        return withTimes(times.withHandshake(timeout));
    }

    /** These limits with another time for draining. */
    public ServerLimits withDrainTimeout(Duration timeout) {
        return withTimes(times.withDrain(timeout));
    }

    /** These limits with other settings for TCP. */
    public ServerLimits withTcp(TcpSettings settings) {
        return new ServerLimits(
                maxConnections, maxConnectionsPerAddress, payloadMemoryBytes, payloadWait, times, settings, rates);
    }

    /** These limits with other rates. */
    public ServerLimits withRates(RateLimits limits) {
        return new ServerLimits(
                maxConnections, maxConnectionsPerAddress, payloadMemoryBytes, payloadWait, times, tcp, limits);
    }
}
