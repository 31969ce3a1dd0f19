package dev.ashlar.nbd.transmission;

import java.util.ArrayDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Native memory of all connections, in power-of-two sizes.
 *
 * <p>Invariants: buffers in use never exceed the limit, and buffers in use and kept for reuse together do not either.
 * Whoever must wait is served in the order of asking, so that small requests cannot starve a large one. Nobody waits
 * for a second buffer of one pool while holding a first: waiting cannot deadlock.
 */
public final class BufferPool {
    /** The smallest buffer; one permit stands for this much memory. */
    static final int UNIT_BYTES = 64 << 10;

    private static final int CLASSES = 11;
    private final Semaphore permits;
    private final long limitBytes;
    private final long maxIdleBytes;
    private final long waitNanos;
    private final ArrayDeque<PooledBuffer>[] idle = newDeques();
    private long idleBytes;
    private long inUseBytes;

    /**
     * @param limitBytes memory in use at most
     * @param maxIdleBytes memory kept for reuse at most
     * @param waitNanos how long {@link #acquire} waits for memory
     */
    public BufferPool(long limitBytes, long maxIdleBytes, long waitNanos) {
        this.limitBytes = limitBytes;
        this.maxIdleBytes = maxIdleBytes;
        this.waitNanos = waitNanos;
        this.permits = new Semaphore(Math.toIntExact(limitBytes / UNIT_BYTES), true);
    }

    /** A buffer of at least {@code lengthBytes}, or null if there is none without waiting. */
    PooledBuffer acquireNow(long lengthBytes) {
        return acquire(lengthBytes, 0);
    }

    /** A buffer of at least {@code lengthBytes}, or null if there was none within the time that a request waits. */
    PooledBuffer acquire(long lengthBytes) {
        return acquire(lengthBytes, waitNanos);
    }

    private PooledBuffer acquire(long lengthBytes, long nanos) {
        int sizeClass = sizeClass(lengthBytes);
        try {
            if (!permits.tryAcquire(1 << sizeClass, nanos, TimeUnit.NANOSECONDS)) {
                return null;
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return null;
        }
        PooledBuffer kept = reuse(sizeClass);
        if (kept != null) {
            return kept;
        }
        try {
            return new PooledBuffer(UNIT_BYTES << sizeClass);
        } catch (OutOfMemoryError _) {
            // The system has less memory than our bound allows for.
            forget(sizeClass);
            return null;
        }
    }

    /** Takes {@code buffer} back; its content is lost. */
    void release(PooledBuffer buffer) {
        int sizeClass = sizeClass(buffer.capacityBytes());
        boolean keep;
        synchronized (this) {
            inUseBytes -= buffer.capacityBytes();
            keep = idleBytes + buffer.capacityBytes() <= maxIdleBytes;
            if (keep) {
                idle[sizeClass].push(buffer);
                idleBytes += buffer.capacityBytes();
            }
        }
        if (!keep) {
            buffer.free();
        }
        permits.release(1 << sizeClass);
    }

    /** Frees what is kept for reuse. */
    public synchronized void trim() {
        for (ArrayDeque<PooledBuffer> buffers : idle) {
            while (!buffers.isEmpty()) {
                buffers.pop().free();
            }
        }
        idleBytes = 0;
    }

    /** Bytes that connections hold. */
    public synchronized long inUseBytes() {
        return inUseBytes;
    }

    /** Bytes kept for reuse. */
    public synchronized long idleBytes() {
        return idleBytes;
    }

    private synchronized PooledBuffer reuse(int sizeClass) {
        int bytes = UNIT_BYTES << sizeClass;
        inUseBytes += bytes;
        PooledBuffer kept = idle[sizeClass].poll();
        if (kept != null) {
            idleBytes -= bytes;
            return kept;
        }
        for (int victim = CLASSES - 1; victim >= 0 && inUseBytes + idleBytes > limitBytes; victim--) {
            while (inUseBytes + idleBytes > limitBytes && !idle[victim].isEmpty()) {
                PooledBuffer freed = idle[victim].poll();
                idleBytes -= freed.capacityBytes();
                freed.free();
            }
        }
        return null;
    }

    private void forget(int sizeClass) {
        synchronized (this) {
            inUseBytes -= UNIT_BYTES << sizeClass;
        }
        permits.release(1 << sizeClass);
    }

    private static int sizeClass(long lengthBytes) {
        long units = (lengthBytes + UNIT_BYTES - 1) / UNIT_BYTES;
        int sizeClass = Long.SIZE - Long.numberOfLeadingZeros(units - 1);
        if (units < 1 || sizeClass >= CLASSES) {
            throw new IllegalArgumentException("lengthBytes=" + lengthBytes);
        }
        return sizeClass;
    }

    @SuppressWarnings("unchecked")
    private static ArrayDeque<PooledBuffer>[] newDeques() {
        ArrayDeque<PooledBuffer>[] deques = new ArrayDeque[CLASSES];
        for (int i = 0; i < CLASSES; i++) {
            deques[i] = new ArrayDeque<>();
        }
        return deques;
    }
}
