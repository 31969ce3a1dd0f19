package dev.ashlar.cli.serve;

import static dev.ashlar.cli.serve.LimitChoice.first;

import dev.ashlar.nbd.TcpSettings;
import java.time.Duration;

/**
 * What a daemon's TCP connections are watched by, as in {@link TcpSettings}. What is null was not said.
 *
 * @param keepaliveIdle silence after which the system asks whether the peer is still there
 * @param keepaliveInterval time between one question and the next
 * @param keepaliveCount questions without answer that end the connection
 * @param userTimeout how long sent bytes may stay unacknowledged, zero for the system's own rule
 */
public record TcpChoice(
        Duration keepaliveIdle, Duration keepaliveInterval, Integer keepaliveCount, Duration userTimeout) {
    /** Nothing said. */
    public static final TcpChoice NONE = new TcpChoice(null, null, null, null);

    private static final Duration LONGEST_KEEPALIVE = Duration.ofSeconds(32766);
    private static final Duration LONGEST_USER_TIMEOUT = Duration.ofMillis(Integer.MAX_VALUE);
    private static final int MOST_QUESTIONS = 127;

    /** Checks the ranges. */
    public TcpChoice {
        requireKeepalive("keepalive-idle", keepaliveIdle);
        requireKeepalive("keepalive-interval", keepaliveInterval);
        if (keepaliveCount != null && (keepaliveCount < 1 || keepaliveCount > MOST_QUESTIONS)) {
            throw new IllegalArgumentException("keepalive-count must be from 1 to " + MOST_QUESTIONS);
        }
        if (userTimeout != null && userTimeout.compareTo(LONGEST_USER_TIMEOUT) > 0) {
            throw new IllegalArgumentException(
                    "tcp-user-timeout must be at most " + LONGEST_USER_TIMEOUT.toHours() + "h");
        }
    }

    private static void requireKeepalive(String key, Duration value) {
        if (value != null && (value.isZero() || value.compareTo(LONGEST_KEEPALIVE) > 0)) {
            throw new IllegalArgumentException(
                    key + " must not be 0 and at most " + LONGEST_KEEPALIVE.toSeconds() + "s");
        }
    }

    /** What this says, and what {@code other} says where this says nothing. */
    TcpChoice orElse(TcpChoice other) {
        return new TcpChoice(
                first(keepaliveIdle, other.keepaliveIdle),
                first(keepaliveInterval, other.keepaliveInterval),
                first(keepaliveCount, other.keepaliveCount),
                first(userTimeout, other.userTimeout));
    }

    /** The settings, with the server's own where nothing was said. */
    TcpSettings settings() {
        TcpSettings defaults = TcpSettings.DEFAULTS;
        return new TcpSettings(
                first(keepaliveIdle, defaults.keepAliveIdle()),
                first(keepaliveInterval, defaults.keepAliveInterval()),
                first(keepaliveCount, defaults.keepAliveCount()),
                first(userTimeout, defaults.userTimeout()));
    }
}
