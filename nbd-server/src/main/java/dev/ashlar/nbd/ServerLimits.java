package dev.ashlar.nbd;

import java.time.Duration;

/**
 * The bounds of a server. Beside the payload memory, each connection in the transmission phase holds half a MiB.
 *
 * @param maxConnections connections served at the same time, the ones still negotiating included; more are closed
 *     at once
 * @param payloadMemoryBytes memory for payloads in flight over all connections, at least {@link #MAX_REQUEST_BYTES};
 *     requests wait for it
 * @param payloadWait how long a request waits for that memory before it is answered ENOMEM
 * @param handshakeTimeout time from connecting to the transmission phase; slower peers are closed
 * @param drainTimeout how long requests in flight get to end when an export is removed
 * @param tcp what TCP connections are watched by
 */
public record ServerLimits(
        int maxConnections,
        long payloadMemoryBytes,
        Duration payloadWait,
        Duration handshakeTimeout,
        Duration drainTimeout,
        TcpSettings tcp) {

    /** The largest payload of one request, read or written. */
    public static final int MAX_REQUEST_BYTES = 64 << 20;

    /** What a server uses when told nothing else. */
    public static final ServerLimits DEFAULTS = new ServerLimits(
            1024, 256L << 20, Duration.ofSeconds(30), Duration.ofSeconds(10), Duration.ofSeconds(10),
            TcpSettings.DEFAULTS);

    /** Checks the ranges. */
    public ServerLimits {
        if (maxConnections < 1) {
            throw new IllegalArgumentException("maxConnections=" + maxConnections);
        }
        if (payloadMemoryBytes < MAX_REQUEST_BYTES) {
            throw new IllegalArgumentException(
                    "payloadMemoryBytes=" + payloadMemoryBytes + " is less than one request of " + MAX_REQUEST_BYTES);
        }
        checkPositive("payloadWait", payloadWait);
        checkPositive("handshakeTimeout", handshakeTimeout);
        checkPositive("drainTimeout", drainTimeout);
    }

    private static void checkPositive(String what, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(what + "=" + value);
        }
    }

    /** These limits with another number of connections. */
    public ServerLimits withMaxConnections(int connections) {
        return new ServerLimits(connections, payloadMemoryBytes, payloadWait, handshakeTimeout, drainTimeout, tcp);
    }

    /** These limits with other payload memory and another wait for it. */
    public ServerLimits withPayloadMemory(long bytes, Duration wait) {
        return new ServerLimits(maxConnections, bytes, wait, handshakeTimeout, drainTimeout, tcp);
    }

    /** These limits with another time for the handshake. */
    public ServerLimits withHandshakeTimeout(Duration timeout) {
        return new ServerLimits(maxConnections, payloadMemoryBytes, payloadWait, timeout, drainTimeout, tcp);
    }

    /** These limits with another time for draining. */
    public ServerLimits withDrainTimeout(Duration timeout) {
        return new ServerLimits(maxConnections, payloadMemoryBytes, payloadWait, handshakeTimeout, timeout, tcp);
    }
}
