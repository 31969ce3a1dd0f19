package dev.ashlar.nbd.throttle;

import java.util.concurrent.TimeUnit;

/**
 * A rate with a short burst, as the time from which on it is kept again: the generic cell rate algorithm of ITU-T
 * I.371. A request of any size may pass when that time has come and puts it off by what it costs, so a large one
 * overdraws the bucket and those behind it wait.
 *
 * <p>Pure arithmetic on a clock that is passed in; the clock may overflow. Used under its owner's lock.
 */
final class TokenBucket {
    /** What an idle limit saves up. */
    static final long BURST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Four months: keeps sums of clock and cost apart by less than half of the numbers there are. */
    static final double MOST_NANOS = 1e16;

    private final double nanosPerToken;
    private long readyAt;

    /**
     * @param tokensPerSecond 0 for no limit
     * @param nowNanos the clock
     */
    TokenBucket(long tokensPerSecond, long nowNanos) {
        this.nanosPerToken = tokensPerSecond == 0 ? 0 : (double) TimeUnit.SECONDS.toNanos(1) / tokensPerSecond;
        this.readyAt = nowNanos - BURST_NANOS;
    }

    /** How long until a request may pass, 0 for now. */
    long waitNanos(long nowNanos) {
        return Math.max(0, readyAt - nowNanos);
    }

    /** Lets a request pass. */
    void take(long tokens, long nowNanos) {
        if (nanosPerToken > 0) {
            long from = readyAt - (nowNanos - BURST_NANOS) < 0 ? nowNanos - BURST_NANOS : readyAt;
            readyAt = from + (long) Math.min(costNanos(tokens), MOST_NANOS);
        }
    }

    /** The share of the rate's time that a request uses up. */
    double costNanos(long tokens) {
        return tokens * nanosPerToken;
    }
}
