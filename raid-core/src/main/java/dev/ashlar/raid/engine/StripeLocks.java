package dev.ashlar.raid.engine;

import java.util.concurrent.locks.ReentrantLock;

/** Locks for stripes by number. Two stripes may share a lock, so a thread holds one at a time. */
public final class StripeLocks {
    private final ReentrantLock[] locks;
    private final int mask;

    /** @param count a power of two */
    public StripeLocks(int count) {
        if (Integer.bitCount(count) != 1) {
            throw new IllegalArgumentException("count=" + count + " is no power of two");
        }
        locks = new ReentrantLock[count];
        for (int i = 0; i < count; i++) {
            locks[i] = new ReentrantLock();
        }
        mask = count - 1;
    }

    /** Waits for the stripe; the caller unlocks what is returned. */
    public ReentrantLock lock(long stripe) {
        ReentrantLock lock = locks[(int) (stripe ^ stripe >>> 20) & mask];
        if (lock.isHeldByCurrentThread()) {
            throw new IllegalStateException("a thread may hold one stripe lock, stripe=" + stripe);
        }
        lock.lock();
        return lock;
    }
}
