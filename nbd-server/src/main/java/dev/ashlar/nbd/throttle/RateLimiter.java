package dev.ashlar.nbd.throttle;

import dev.ashlar.nbd.RateLimits;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Keeps the requests of all who share it within rates. Nobody passes those that wait already.
 *
 * <p>All methods may be called from any thread.
 */
public final class RateLimiter {
    private final ReentrantLock lock = new ReentrantLock();
    private final FairQueue<Throttle> queue = new FairQueue<>();
    private final TokenBucket bytes;
    private final TokenBucket operations;
    private final LongSupplier nanoClock;

    private RateLimiter(RateLimits rates, LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        long now = nanoClock.getAsLong();
        this.bytes = new TokenBucket(rates.bytesPerSecond(), now);
        this.operations = new TokenBucket(rates.operationsPerSecond(), now);
    }

    /**
     * A limiter, or null where nothing is limited.
     *
     * @param nanoClock as {@link System#nanoTime}
     */
    public static RateLimiter of(RateLimits rates, LongSupplier nanoClock) {
        return rates.equals(RateLimits.NONE) ? null : new RateLimiter(rates, nanoClock);
    }

    /** Lets a request pass if it need not wait. */
    boolean tryAdmit(long requestBytes) {
        lock.lock();
        try {
            long now = nanoClock.getAsLong();
            if (!queue.isEmpty() || waitNanos(now) > 0) {
                return false;
            }
            take(requestBytes, now);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until a request of {@code throttle} may pass: false if that was cancelled before. */
    boolean admit(Throttle throttle, long requestBytes) {
        lock.lock();
        try {
            Condition turn = lock.newCondition();
            queue.add(throttle.client(), throttle);
            throttle.beginWait(this, turn);
            try {
                return await(throttle, turn, requestBytes);
            } finally {
                throttle.endWait();
                if (!queue.isEmpty()) {
                    queue.head().turn().signal();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean await(Throttle throttle, Condition turn, long requestBytes) {
        while (!throttle.cancelled()) {
            long now = nanoClock.getAsLong();
            long wait = queue.head() == throttle ? waitNanos(now) : Long.MAX_VALUE;
            if (wait == 0) {
                queue.serveHead(Math.max(bytes.costNanos(requestBytes), operations.costNanos(1)));
                take(requestBytes, now);
                return true;
            }
            try {
                turn.awaitNanos(wait);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        queue.remove(throttle.client(), throttle);
        return false;
    }

    /** Lets a wait look whether it has been cancelled. */
    void wake(Throttle throttle) {
        lock.lock();
        try {
            if (throttle.waitsAt() == this) {
                throttle.turn().signal();
            }
        } finally {
            lock.unlock();
        }
    }

    private long waitNanos(long now) {
        return Math.max(bytes.waitNanos(now), operations.waitNanos(now));
    }

    private void take(long requestBytes, long now) {
        bytes.take(requestBytes, now);
        operations.take(1, now);
    }
}
