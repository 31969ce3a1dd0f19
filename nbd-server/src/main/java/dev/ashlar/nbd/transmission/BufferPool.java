package dev.ashlar.nbd.transmission;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Native memory of all connections, in power-of-two sizes.
 *
 * <p>Invariants: buffers in use never exceed the limit, and buffers in use and kept for reuse together do not either. No client
 * holds more than its share, but one buffer. Whoever must wait is served in the order of asking, so that small requests cannot
 * starve a large one; who waits only for its own client to give something back holds up nobody else. Nobody waits for a second
 * buffer of one pool while holding a first: waiting cannot deadlock.
 */
public final class BufferPool {
    /** The smallest buffer. */
    static final int UNIT_BYTES = 64 << 10;

    private static final int CLASSES = 11;

    /** Somebody who waits. */
    private static final class Waiter {
        final String client;
        final int bytes;

        Waiter(String client, int bytes) {
            this.client = client;
            this.bytes = bytes;
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final long limitBytes;
    private final long shareBytes;
    private final long maxIdleBytes;
    private final long waitNanos;
    private final LinkedHashSet<Waiter> waiters = new LinkedHashSet<>();
    private final Map<String, Long> heldBytes = new HashMap<>();
    private final ArrayDeque<PooledBuffer>[] idle = newDeques();
    private long idleBytes;
    private long inUseBytes;

    /**
     * A pool without shares.
     *
     * @param limitBytes memory in use at most
     * @param maxIdleBytes memory kept for reuse at most
     * @param waitNanos how long {@link #acquire} waits for memory
     */
    public BufferPool(long limitBytes, long maxIdleBytes, long waitNanos) {
        this(limitBytes, limitBytes, maxIdleBytes, waitNanos);
    }

    /**
     * @param limitBytes memory in use at most
     * @param shareBytes what one client has of it at most, unless that is a single buffer; the limit for no shares
     * @param maxIdleBytes memory kept for reuse at most
     * @param waitNanos how long {@link #acquire} waits for memory
     */
    public BufferPool(long limitBytes, long shareBytes, long maxIdleBytes, long waitNanos) {
        this.limitBytes = limitBytes;
        this.shareBytes = shareBytes;
        this.maxIdleBytes = maxIdleBytes;
        this.waitNanos = waitNanos;
    }

    /** A buffer of at least {@code lengthBytes}, or null if there is none without waiting. For a pool without shares. */
    PooledBuffer acquireNow(long lengthBytes) {
        return acquireNow(lengthBytes, null);
    }

    /** As {@link #acquireNow(long)}, of the share of {@code client}; null where there are no shares. */
    PooledBuffer acquireNow(long lengthBytes, String client) {
        int bytes = UNIT_BYTES << sizeClass(lengthBytes);
        PooledBuffer kept;
        lock.lock();
        try {
            if (!waiters.isEmpty() && othersWait(null) || !available(client, bytes)) {
                return null;
            }
            kept = claim(client, bytes);
        } finally {
            lock.unlock();
        }
        return kept == null ? allocate(client, bytes) : kept;
    }

    /**
     * A buffer of at least {@code lengthBytes}, or null if there was none within the time that a request waits, or before the
     * wait was cancelled.
     */
    PooledBuffer acquire(long lengthBytes, Waits waits) {
        int bytes = UNIT_BYTES << sizeClass(lengthBytes);
        PooledBuffer kept;
        lock.lock();
        try {
            if (!await(new Waiter(waits.client(), bytes), waits)) {
                return null;
            }
            kept = claim(waits.client(), bytes);
        } finally {
            lock.unlock();
        }
        return kept == null ? allocate(waits.client(), bytes) : kept;
    }

    private boolean await(Waiter waiter, Waits waits) {
        waiters.add(waiter);
        waits.waitAt(this);
        try {
            long left = waitNanos;
            while (othersWait(waiter) || !available(waiter.client, waiter.bytes)) {
                if (left <= 0 || waits.cancelled()) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            return true;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            waits.waitAt(null);
            waiters.remove(waiter);
            changed.signalAll();
        }
    }

    /** Whether somebody waits for memory, and not for its own client, that has come before {@code waiter}; null for now. */
    private boolean othersWait(Waiter waiter) {
        for (Waiter other : waiters) {
            if (other == waiter) {
                return false;
            }
            if (withinShare(other.client, other.bytes)) {
                return true;
            }
        }
        return false;
    }

    private boolean available(String client, int bytes) {
        return inUseBytes + bytes <= limitBytes && withinShare(client, bytes);
    }

    private boolean withinShare(String client, int bytes) {
        if (shareBytes == limitBytes) {
            return true;
        }
        long held = heldBytes.getOrDefault(client, 0L);
        return held == 0 || held + bytes <= shareBytes;
    }

    /** Lets those that wait look whether they still want to. */
    void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private PooledBuffer allocate(String client, int bytes) {
        try {
            PooledBuffer buffer = new PooledBuffer(bytes);
            buffer.client(client);
            return buffer;
        } catch (OutOfMemoryError _) {
            // The system has less memory than our bound allows for.
            giveBack(client, bytes);
            return null;
        }
    }

    /** Takes {@code buffer} back; its content is lost. */
    void release(PooledBuffer buffer) {
        int bytes = buffer.capacityBytes();
        boolean keep;
        lock.lock();
        try {
            keep = idleBytes + bytes <= maxIdleBytes;
            if (keep) {
                idle[sizeClass(bytes)].push(buffer);
                idleBytes += bytes;
                unclaim(buffer.client(), bytes);
            }
        } finally {
            lock.unlock();
        }
        if (!keep) {
            free(buffer);
        }
    }

    /** Gives memory back to the system, and only then to those that wait. */
    private void free(PooledBuffer buffer) {
        int bytes = buffer.capacityBytes();
        buffer.free();
        giveBack(buffer.client(), bytes);
    }

    private void giveBack(String client, int bytes) {
        lock.lock();
        try {
            unclaim(client, bytes);
        } finally {
            lock.unlock();
        }
    }

    /** Frees what is kept for reuse. */
    public void trim() {
        lock.lock();
        try {
            for (ArrayDeque<PooledBuffer> buffers : idle) {
                while (!buffers.isEmpty()) {
                    buffers.pop().free();
                }
            }
            idleBytes = 0;
        } finally {
            lock.unlock();
        }
    }

    /** Bytes that connections hold. */
    public long inUseBytes() {
        lock.lock();
        try {
            return inUseBytes;
        } finally {
            lock.unlock();
        }
    }

    /** Bytes kept for reuse. */
    public long idleBytes() {
        lock.lock();
        try {
            return idleBytes;
        } finally {
            lock.unlock();
        }
    }

    /** Whether less than a quarter of the memory would be left behind a buffer of that size. */
    boolean scarceAfter(long lengthBytes) {
        return inUseBytes() + lengthBytes > limitBytes - limitBytes / 4;
    }

    /** Takes memory: a buffer that was kept, or null for one that is to be made. */
    private PooledBuffer claim(String client, int bytes) {
        inUseBytes += bytes;
        if (shareBytes < limitBytes) {
            heldBytes.merge(client, (long) bytes, Long::sum);
        }
        PooledBuffer kept = idle[sizeClass(bytes)].poll();
        if (kept != null) {
            idleBytes -= bytes;
            kept.client(client);
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

    private void unclaim(String client, int bytes) {
        inUseBytes -= bytes;
        if (shareBytes < limitBytes) {
            heldBytes.computeIfPresent(client, (_, held) -> held == bytes ? null : held - bytes);
        }
        if (!waiters.isEmpty()) {
            changed.signalAll();
        }
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
