package dev.ashlar.block;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the calls in progress on a device, so that its descriptors are closed only when none is left. Closing earlier
 * would free their numbers, and a call still under way could then write to whatever file was given the number next.
 *
 * <p>Invariant: {@code state} is the number of calls inside, plus {@link Integer#MIN_VALUE} once closing has begun.
 */
final class InFlight {
    private final AtomicInteger state = new AtomicInteger();
    private final CountDownLatch empty = new CountDownLatch(1);

    /** Whether the call may go on; if so, {@link #exit} must follow. */
    boolean enter() {
        if (state.getAndIncrement() >= 0) {
            return true;
        }
        exit();
        return false;
    }

    void exit() {
        if (state.decrementAndGet() == Integer.MIN_VALUE) {
            empty.countDown();
        }
    }

    /** Lets no further call in and waits for those inside. False if another thread did so before. */
    boolean close() {
        int before = state.getAndUpdate(calls -> calls < 0 ? calls : calls + Integer.MIN_VALUE);
        if (before > 0) {
            awaitEmpty();
        }
        return before >= 0;
    }

    boolean closed() {
        return state.get() < 0;
    }

    private void awaitEmpty() {
        boolean interrupted = false;
        while (true) {
            try {
                empty.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
