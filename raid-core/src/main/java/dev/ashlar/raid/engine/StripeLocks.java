package dev.ashlar.raid.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Locks for stripes by number. Two stripes may share a lock, so a thread holds one at a time, or those of one run.
 *
 * <p>Each lock counts how often it was taken, so that a reader can tell without waiting that nobody has worked on a stripe
 * while it looked: {@link #note} before, {@link #untouched} after. The count goes up before the first thing that is done
 * under the lock.
 */
public final class StripeLocks {
    private static final VarHandle TAKEN = taken();

    private final Counted[] locks;
    private final ReentrantLock runs = new ReentrantLock();
    private final int mask;

    private static final class Counted extends ReentrantLock {
        private static final long serialVersionUID = 1L;

        /** Changed by the holder alone. */
        private int taken;
    }

    /** @param count a power of two */
    public StripeLocks(int count) {
        if (Integer.bitCount(count) != 1) {
            throw new IllegalArgumentException("count=" + count + " is no power of two");
        }
        locks = new Counted[count];
        for (int i = 0; i < count; i++) {
            locks[i] = new Counted();
        }
        mask = count - 1;
    }

    /** Waits for the stripe; the caller unlocks what is returned. */
    public ReentrantLock lock(long stripe) {
        Counted lock = locks[slot(stripe)];
        if (lock.isHeldByCurrentThread()) {
            throw new IllegalStateException("a thread may hold one stripe lock, stripe=" + stripe);
        }
        take(lock);
        return lock;
    }

    /**
     * Waits for a run of stripes. Whoever waits here holds no stripe of another run and is the only one to wait with
     * some in hand, and holders never wait for more: so nobody waits in a circle.
     */
    void lockAll(long first, long count) {
        for (long stripe = first; stripe < first + count; stripe++) {
            if (locks[slot(stripe)].isHeldByCurrentThread()) {
                throw new IllegalStateException("a thread may hold one run of stripes, stripe=" + stripe);
            }
        }
        runs.lock();
        try {
            for (long stripe = first; stripe < first + count; stripe++) {
                take(locks[slot(stripe)]);
            }
        } finally {
            runs.unlock();
        }
    }

    void unlockAll(long first, long count) {
        for (long stripe = first; stripe < first + count; stripe++) {
            locks[slot(stripe)].unlock();
        }
    }

    /** How many there are, and how long an array for {@link #note} must be. */
    int count() {
        return locks.length;
    }

    /** Takes down how often each lock was taken so far; -1 for one that is held. */
    void note(int[] noted) {
        for (int i = 0; i < locks.length; i++) {
            int taken = (int) TAKEN.getVolatile(locks[i]);
            noted[i] = locks[i].isLocked() ? -1 : taken;
        }
    }

    /** Whether nobody has held any of these stripes since they were noted. */
    boolean untouched(int[] noted, long first, long count) {
        VarHandle.loadLoadFence();
        boolean all = count >= locks.length;
        for (long i = 0; i < (all ? locks.length : count); i++) {
            int slot = all ? (int) i : slot(first + i);
            if (noted[slot] < 0 || (int) TAKEN.getVolatile(locks[slot]) != noted[slot]) {
                return false;
            }
        }
        return true;
    }

    private static void take(Counted lock) {
        lock.lock();
        TAKEN.setOpaque(lock, lock.taken + 1 & Integer.MAX_VALUE);
        VarHandle.storeStoreFence();
    }

    private int slot(long stripe) {
        return (int) (stripe ^ stripe >>> 20) & mask;
    }

    private static VarHandle taken() {
        try {
            return MethodHandles.lookup().findVarHandle(Counted.class, "taken", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
