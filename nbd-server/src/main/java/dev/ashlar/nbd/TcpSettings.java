package dev.ashlar.nbd;

import java.time.Duration;

/**
 * How long a TCP client may be unreachable. Durations are rounded up to whole seconds, {@code userTimeout} to
 * milliseconds.
 *
 * @param keepAliveIdle silence after which the system asks whether the peer is still there, at most 32767 s
 * @param keepAliveInterval time between one question and the next, at most 32767 s
 * @param keepAliveCount questions without answer that end the connection, 1 to 127
 * @param userTimeout how long sent bytes may stay unacknowledged before the system ends the connection; zero for its
 *     own rule, which takes a quarter of an hour
 */
public record TcpSettings(
        Duration keepAliveIdle, Duration keepAliveInterval, int keepAliveCount, Duration userTimeout) {

    /** A peer that is gone is found out in one and a half minutes, whether anything was on its way to it or not. */
    public static final TcpSettings DEFAULTS =
            new TcpSettings(Duration.ofSeconds(30), Duration.ofSeconds(10), 6, Duration.ofSeconds(90));

    private static final long MAX_SECONDS = 32767;
    private static final int MAX_COUNT = 127;

    /** Checks the ranges. */
    public TcpSettings {
        checkSeconds("keepAliveIdle", keepAliveIdle);
        checkSeconds("keepAliveInterval", keepAliveInterval);
        if (keepAliveCount < 1 || keepAliveCount > MAX_COUNT) {
            throw new IllegalArgumentException("keepAliveCount=" + keepAliveCount);
        }
        if (userTimeout.isNegative() || userTimeout.toMillis() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("userTimeout=" + userTimeout);
        }
    }

    private static void checkSeconds(String what, Duration value) {
        if (!value.isPositive() || value.toSeconds() >= MAX_SECONDS) {
            throw new IllegalArgumentException(what + "=" + value);
        }
    }
}
