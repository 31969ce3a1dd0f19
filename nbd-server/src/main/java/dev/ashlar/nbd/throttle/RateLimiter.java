package dev.ashlar.nbd.throttle;

import dev.ashlar.nbd.RateLimits;
import java.util.function.LongSupplier;

/**
 * Keeps all who share it within their rates of requests and of bytes.
 *
 * <p>All methods may be called from any thread.
 */
public final class RateLimiter {
    private static final int LEAST_BYTES = 4096;

    private final Rate operations;
    private final Rate bytes;

    private RateLimiter(RateLimits rates, LongSupplier nanoClock) {
        this.operations = rate(rates.operationsPerSecond(), 1, nanoClock);
        this.bytes = rate(rates.bytesPerSecond(), LEAST_BYTES, nanoClock);
    }

    private static Rate rate(long perSecond, long leastPiece, LongSupplier nanoClock) {
        return perSecond == 0 ? null : new Rate(new RateQueue<>(perSecond, leastPiece, nanoClock.getAsLong()), nanoClock);
    }

    /**
     * A limiter, or null where nothing is limited.
     *
     * @param nanoClock as {@link System#nanoTime}
     */
    public static RateLimiter of(RateLimits rates, LongSupplier nanoClock) {
        return rates.equals(RateLimits.NONE) ? null : new RateLimiter(rates, nanoClock);
    }

    /** What limits requests, null for nothing. */
    Rate operations() {
        return operations;
    }

    /** What limits bytes, null for nothing. */
    Rate bytes() {
        return bytes;
    }
}
