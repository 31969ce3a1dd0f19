package dev.ashlar.block;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.StampedLock;

/**
 * A device in native memory, gone when it is closed. Pages that were never written take no memory and read as zeroes,
 * so a device of many terabytes costs what is written to it.
 *
 * <p>A page, once made, stays until the device is closed: another thread may be copying from it. Trim and writeZeroes
 * therefore clear pages and do not free them. Pages are guarded by striped locks, so that two calls on one sector
 * never mix.
 */
public final class MemoryDevice implements BlockDevice {
    private static final Cleaner CLEANER = Cleaner.create();
    private static final int PAGE_SHIFT = 16;
    private static final long PAGE_BYTES = 1L << PAGE_SHIFT;
    private static final int PAGES_PER_TABLE_SHIFT = 14;
    private static final int PAGES_PER_TABLE = 1 << PAGES_PER_TABLE_SHIFT;
    private static final int LOCKS = 64;
    /** Copied from, because filling a slice would make an object for each request. */
    private static final MemorySegment ZEROES = Arena.global().allocate(PAGE_BYTES, 64);

    private final String name;
    private final long sizeBytes;
    private final Arena arena = Arena.ofShared();
    /** Closes the arena, at the latest when nobody has this device any more. */
    private final Cleaner.Cleanable memory = CLEANER.register(this, arena::close);
    private final AtomicReferenceArray<AtomicReferenceArray<MemorySegment>> tables;
    private final StampedLock[] locks = new StampedLock[LOCKS];
    private volatile boolean closed;

    /** A device of zeroes called "memory". */
    public MemoryDevice(long sizeBytes) {
        this("memory", sizeBytes);
    }

    /**
     * A device of zeroes.
     *
     * @param name what messages call it
     * @param sizeBytes its size, at most 1 PiB
     */
    public MemoryDevice(String name, long sizeBytes) {
        if (sizeBytes < 0 || sizeBytes > 1L << 50) {
            throw new IllegalArgumentException("sizeBytes=" + sizeBytes + " is not in 0..2^50");
        }
        this.name = name;
        this.sizeBytes = sizeBytes;
        long pages = (sizeBytes + PAGE_BYTES - 1) >>> PAGE_SHIFT;
        tables = new AtomicReferenceArray<>((int) ((pages + PAGES_PER_TABLE - 1) >>> PAGES_PER_TABLE_SHIFT));
        for (int i = 0; i < LOCKS; i++) {
            locks[i] = new StampedLock();
        }
    }

    @Override
    public long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public boolean readOnly() {
        return false;
    }

    @Override
    public int optimalIoBytes() {
        return 4096;
    }

    @Override
    public void read(long offsetBytes, MemorySegment target, long targetOffset, long lengthBytes)
            throws DeviceException {
        Ranges.checkDevice(offsetBytes, lengthBytes, sizeBytes);
        Ranges.checkTarget(target, targetOffset, lengthBytes);
        checkOpen("read", offsetBytes, lengthBytes);
        try {
            for (long done = 0; done < lengthBytes;) {
                long position = offsetBytes + done;
                long count = bytesInPage(position, lengthBytes - done);
                readPage(position, target, targetOffset + done, count);
                done += count;
            }
        } catch (IllegalStateException e) {
            throw closedOr(e, "read", offsetBytes, lengthBytes);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void write(long offsetBytes, MemorySegment source, long sourceOffset, long lengthBytes, boolean fua)
            throws DeviceException {
        Ranges.checkDevice(offsetBytes, lengthBytes, sizeBytes);
        Ranges.checkSource(source, sourceOffset, lengthBytes);
        checkOpen("write", offsetBytes, lengthBytes);
        try {
            for (long done = 0; done < lengthBytes;) {
                long position = offsetBytes + done;
                long count = bytesInPage(position, lengthBytes - done);
                writePage(position, source, sourceOffset + done, count);
                done += count;
            }
        } catch (IllegalStateException e) {
            throw closedOr(e, "write", offsetBytes, lengthBytes);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void flush() throws DeviceException {
        checkOpen("flush", 0, sizeBytes);
    }

    @Override
    public void trim(long offsetBytes, long lengthBytes, boolean fua) throws DeviceException {
        clear("trim", offsetBytes, lengthBytes);
    }

    @Override
    public void writeZeroes(long offsetBytes, long lengthBytes, boolean mayUnmap, boolean fua)
            throws DeviceException {
        clear("writeZeroes", offsetBytes, lengthBytes);
    }

    /** Pages that were never written are holes. */
    @Override
    public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor) throws DeviceException {
        Ranges.checkDevice(offsetBytes, lengthBytes, sizeBytes);
        checkOpen("extents", offsetBytes, lengthBytes);
        long end = offsetBytes + lengthBytes;
        for (long position = offsetBytes; position < end;) {
            boolean hole = page(position) == null;
            long next = position;
            do {
                next = tables.get(tableIndex(next)) == null ? nextTable(next) : nextPage(next);
            } while (next < end && (page(next) == null) == hole);
            long count = Math.min(next, end) - position;
            if (!visitor.extent(count, hole ? ExtentVisitor.HOLE | ExtentVisitor.ZERO : 0)) {
                return;
            }
            position += count;
        }
    }

    @Override
    public void evictCached(long offsetBytes, long lengthBytes) {
        Ranges.checkDevice(offsetBytes, lengthBytes, sizeBytes);
    }

    /** A new device of the same name and content. Writes that are made during the call may or may not be in it. */
    public MemoryDevice copy() throws DeviceException {
        checkOpen("copy", 0, sizeBytes);
        MemoryDevice copy = new MemoryDevice(name, sizeBytes);
        for (int table = 0; table < tables.length(); table++) {
            for (int i = 0; tables.get(table) != null && i < PAGES_PER_TABLE; i++) {
                MemorySegment page = tables.get(table).get(i);
                if (page != null) {
                    long position = ((long) table << PAGES_PER_TABLE_SHIFT | i) << PAGE_SHIFT;
                    copy.write(position, page, 0, Math.min(PAGE_BYTES, sizeBytes - position), false);
                }
            }
        }
        return copy;
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            memory.clean();
        }
    }

    @Override
    public String toString() {
        return name;
    }

    private void readPage(long position, MemorySegment target, long targetOffset, long count) {
        MemorySegment page = page(position);
        if (page == null) {
            MemorySegment.copy(ZEROES, 0, target, targetOffset, count);
            return;
        }
        StampedLock lock = lock(position);
        long stamp = lock.readLock();
        try {
            MemorySegment.copy(page, position & (PAGE_BYTES - 1), target, targetOffset, count);
        } finally {
            lock.unlockRead(stamp);
        }
    }

    private void writePage(long position, MemorySegment source, long sourceOffset, long count) {
        MemorySegment page = pageForWrite(position);
        StampedLock lock = lock(position);
        long stamp = lock.writeLock();
        try {
            MemorySegment.copy(source, sourceOffset, page, position & (PAGE_BYTES - 1), count);
        } finally {
            lock.unlockWrite(stamp);
        }
    }

    private void clear(String operation, long offsetBytes, long lengthBytes) throws DeviceException {
        Ranges.checkDevice(offsetBytes, lengthBytes, sizeBytes);
        checkOpen(operation, offsetBytes, lengthBytes);
        long end = offsetBytes + lengthBytes;
        try {
            for (long position = offsetBytes; position < end;) {
                if (tables.get(tableIndex(position)) == null) {
                    position = nextTable(position);
                } else {
                    long count = bytesInPage(position, end - position);
                    clearPage(position, count);
                    position += count;
                }
            }
        } catch (IllegalStateException e) {
            throw closedOr(e, operation, offsetBytes, lengthBytes);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private void clearPage(long position, long count) {
        MemorySegment page = page(position);
        if (page == null) {
            return;
        }
        StampedLock lock = lock(position);
        long stamp = lock.writeLock();
        try {
            MemorySegment.copy(ZEROES, 0, page, position & (PAGE_BYTES - 1), count);
        } finally {
            lock.unlockWrite(stamp);
        }
    }

    private static long bytesInPage(long position, long lengthBytes) {
        return Math.min(PAGE_BYTES - (position & (PAGE_BYTES - 1)), lengthBytes);
    }

    private static long nextPage(long position) {
        return (position >>> PAGE_SHIFT) + 1 << PAGE_SHIFT;
    }

    private static long nextTable(long position) {
        return (position >>> PAGE_SHIFT + PAGES_PER_TABLE_SHIFT) + 1 << PAGE_SHIFT + PAGES_PER_TABLE_SHIFT;
    }

    private static int tableIndex(long position) {
        return (int) (position >>> PAGE_SHIFT + PAGES_PER_TABLE_SHIFT);
    }

    private static int pageIndex(long position) {
        return (int) (position >>> PAGE_SHIFT) & (PAGES_PER_TABLE - 1);
    }

    private StampedLock lock(long position) {
        return locks[(int) (position >>> PAGE_SHIFT) & (LOCKS - 1)];
    }

    private MemorySegment page(long position) {
        AtomicReferenceArray<MemorySegment> table = tables.get(tableIndex(position));
        return table == null ? null : table.get(pageIndex(position));
    }

    private MemorySegment pageForWrite(long position) {
        MemorySegment page = page(position);
        return page != null ? page : makePage(position);
    }

    private synchronized MemorySegment makePage(long position) {
        AtomicReferenceArray<MemorySegment> table = tables.get(tableIndex(position));
        if (table == null) {
            table = new AtomicReferenceArray<>(PAGES_PER_TABLE);
            tables.set(tableIndex(position), table);
        }
        MemorySegment page = table.get(pageIndex(position));
        if (page == null) {
            page = arena.allocate(PAGE_BYTES, 64);
            table.set(pageIndex(position), page);
        }
        return page;
    }

    private void checkOpen(String operation, long offsetBytes, long lengthBytes) throws DeviceException {
        if (closed) {
            throw new DeviceException(name, operation, offsetBytes, lengthBytes, "the device is closed");
        }
    }

    /** A copy that meets a closed page throws this; any other such exception is about the caller's buffer. */
    private DeviceException closedOr(IllegalStateException e, String operation, long offsetBytes, long lengthBytes) {
        if (!closed) {
            throw e;
        }
        return new DeviceException(name, operation, offsetBytes, lengthBytes, "the device is closed");
    }
}
