package dev.ashlar.nbd;

import java.time.Duration;

/**
 * How long a server waits for its clients, each at most {@link #LONGEST}. All are checked a few times per limit only, so an end may come up to a
 * quarter late.
 *
 * @param handshake from connecting to the transmission phase; slower peers are closed
 * @param takeover how long a client that comes back waits for requests that it has left in the device, before it is
 *     refused; less than {@code handshake}, within which it happens
 * @param idle without a request, after which a connection is closed; zero for never
 * @param stall how long a peer may stop in the middle of a request, or take no replies, before it is closed; zero for
 *     ever
 * @param drain how long requests in flight get to end when an export is removed
 */
public record TimeLimits(Duration handshake, Duration takeover, Duration idle, Duration stall, Duration drain) {

    /** The longest of any of them: far below what a clock of nanoseconds can count. */
    public static final Duration LONGEST = Duration.ofDays(365);

    /** Ten seconds for whatever a peer should do at once, a minute for what it does under load; idling is free. */
    public static final TimeLimits DEFAULTS = new TimeLimits(
            Duration.ofSeconds(10),
            Duration.ofSeconds(5),
            Duration.ZERO,
            Duration.ofSeconds(60),
            Duration.ofSeconds(10));

    /** Checks the ranges. */
    public TimeLimits {
        checkPositive("handshake", handshake);
        checkPositive("takeover", takeover);
        checkPositive("drain", drain);
        checkNotNegative("idle", idle);
        checkNotNegative("stall", stall);
        if (takeover.compareTo(handshake) >= 0) {
            throw new IllegalArgumentException("takeover=" + takeover + " is not less than handshake=" + handshake);
        }
    }

    private static void checkPositive(String what, Duration value) {
        if (!value.isPositive() || value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(what + "=" + value);
        }
    }

    private static void checkNotNegative(String what, Duration value) {
        if (value.isNegative() || value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(what + "=" + value);
        }
    }

    /** These limits with another time for the handshake; what happens within it is shortened where it must be. */
    public TimeLimits withHandshake(Duration time) {
        Duration half = time.dividedBy(2);
        return new TimeLimits(time, takeover.compareTo(half) > 0 ? half : takeover, idle, stall, drain);
    }

    /** These limits with another patience for what a returning client has left behind. */
    public TimeLimits withTakeover(Duration time) {
        return new TimeLimits(handshake, time, idle, stall, drain);
    }

    /** These limits with another time without requests. */
    public TimeLimits withIdle(Duration time) {
        return new TimeLimits(handshake, takeover, time, stall, drain);
    }

    /** These limits with another patience for stalled peers. */
    public TimeLimits withStall(Duration time) {
        return new TimeLimits(handshake, takeover, idle, time, drain);
    }

    /** These limits with another time for draining. */
    public TimeLimits withDrain(Duration time) {
        return new TimeLimits(handshake, takeover, idle, stall, time);
    }
}
