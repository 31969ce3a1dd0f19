package dev.ashlar.cli.serve;

import static dev.ashlar.cli.serve.LimitChoice.first;

import dev.ashlar.nbd.TimeLimits;
import java.time.Duration;

/**
 * How long a daemon's server waits for its clients. What is null was not said.
 *
 * @param handshake time from connecting to the use of an export
 * @param takeover how long a client that comes back waits for what it has left behind
 * @param idle how long a client may ask for nothing, zero for ever
 * @param stall how long a client may leave a message half sent or an answer unread, zero for ever
 * @param drain how long requests in flight get to end
 */
public record TimeChoice(Duration handshake, Duration takeover, Duration idle, Duration stall, Duration drain) {
    /** Nothing said. */
    public static final TimeChoice NONE = new TimeChoice(null, null, null, null, null);

    /** Checks the ranges. */
    public TimeChoice {
        requirePositive("handshake-timeout", handshake);
        requirePositive("takeover-timeout", takeover);
        requirePositive("drain-timeout", drain);
        Duration within = first(handshake, TimeLimits.DEFAULTS.handshake());
        if (takeover != null && takeover.compareTo(within) >= 0) {
            throw new IllegalArgumentException(
                    "takeover-timeout must be less than handshake-timeout, which is " + within.toMillis() + "ms");
        }
    }

    private static void requirePositive(String key, Duration value) {
        if (value != null && value.isZero()) {
            throw new IllegalArgumentException(key + " must not be 0");
        }
    }

    /** What this says, and what {@code other} says where this says nothing. */
    TimeChoice orElse(TimeChoice other) {
        return new TimeChoice(
                first(handshake, other.handshake),
                first(takeover, other.takeover),
                first(idle, other.idle),
                first(stall, other.stall),
                first(drain, other.drain));
    }

    /** The limits, with the server's own where nothing was said. */
    TimeLimits limits() {
        TimeLimits times = TimeLimits.DEFAULTS;
        times = handshake == null ? times : times.withHandshake(handshake);
        return times.withTakeover(first(takeover, times.takeover()))
                .withIdle(first(idle, times.idle()))
                .withStall(first(stall, times.stall()))
                .withDrain(first(drain, times.drain()));
    }
}
