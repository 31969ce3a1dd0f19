package dev.ashlar.nbd.throttle;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Where those wait that share a rate. Nobody passes those that wait already, except who is in haste, see {@link
 * Throttle#hasten}.
 *
 * <p>All methods may be called from any thread.
 */
final class Rate {
    private final ReentrantLock lock = new ReentrantLock();
    private final RateQueue<Throttle> queue;
    private final LongSupplier nanoClock;

    /** @param queue from now on used by this alone */
    Rate(RateQueue<Throttle> queue, LongSupplier nanoClock) {
        this.queue = queue;
        this.nanoClock = nanoClock;
    }

    /** Gives of so many tokens what can be had without waiting: how many. */
    long takeNow(Throttle throttle, long tokens) {
        lock.lock();
        try {
            long now = nanoClock.getAsLong();
            if (throttle.inHaste()) {
                queue.owe(throttle.client(), tokens, now);
                return tokens;
            }
            return queue.takeNow(throttle.client(), tokens, now);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until so many tokens have been given: false if that was cancelled before. */
    boolean take(Throttle throttle, long tokens) {
        lock.lock();
        try {
            Condition turn = lock.newCondition();
            queue.add(throttle.client(), throttle);
            throttle.beginWait(this, turn);
            try {
                return await(throttle, turn, tokens);
            } finally {
                throttle.endWait();
                queue.remove(throttle.client(), throttle);
                signalHead();
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean await(Throttle throttle, Condition turn, long tokens) {
        long debt = queue.settle(throttle.client());
        long left = tokens + debt;
        boolean hastened = throttle.inHaste();
        while (left > 0 && !hastened && !throttle.cancelled()) {
            long now = nanoClock.getAsLong();
            long wait = queue.head() == throttle ? queue.waitNanos(now) : Long.MAX_VALUE;
            if (wait == 0) {
                long piece = Math.min(left, queue.pieceTokens());
                queue.serveHead(piece, now);
                left -= piece;
                queue.add(throttle.client(), throttle);
                signalHead();
            } else if (!sleep(turn, wait)) {
                break;
            }
            hastened = throttle.inHaste();
        }
        boolean passes = left == 0 || hastened;
        // What is not begun is not owed.
        long owed = passes ? left : Math.min(left, debt);
        if (owed > 0) {
            queue.owe(throttle.client(), owed, nanoClock.getAsLong());
        }
        return passes;
    }

    private static boolean sleep(Condition turn, long nanos) {
        try {
            turn.awaitNanos(nanos);
            return true;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void signalHead() {
        Throttle head = queue.head();
        if (head != null) {
            head.turn().signal();
        }
    }

    /** Lets a wait look whether it has been cancelled, or is in haste. */
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
}
