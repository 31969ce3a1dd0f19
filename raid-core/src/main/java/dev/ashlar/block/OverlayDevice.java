package dev.ashlar.block;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A private, writable view of a device that is never changed by it: blocks of {@link #BLOCK_BYTES} that were written lie
 * in a sparse temporary file without a name, which is gone with this object or its process.
 *
 * <p>Invariants:
 * <ul>
 * <li>No call changes or flushes the device below, and closing leaves it open.
 * <li>A block counts as written only when the file holds all of it: its bit is set after its bytes.
 * <li>A block that becomes the overlay's own by a part of it takes the rest from below while nobody else changes
 *     anything: else it could take back what another thread has written meanwhile.
 * </ul>
 *
 * <p>Nothing is durable, and a flush does nothing. A trim frees only what was written before. When the temporary file's
 * file system is full, writes fail with {@link NoSpaceException}. Memory: at most one bit for each block.
 */
public final class OverlayDevice extends FilterDevice {
    /** What lies in the file as a whole or not at all. */
    public static final int BLOCK_BYTES = 4096;

    private final BlockDevice file;
    private final OverlayMap own;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private volatile boolean closed;

    private OverlayDevice(BlockDevice below, BlockDevice file) {
        super(below);
        this.file = file;
        this.own = new OverlayMap((below.sizeBytes() + BLOCK_BYTES - 1) / BLOCK_BYTES);
    }

    /**
     * A view in which nothing is written yet.
     *
     * @param below stays its owner's. What others change of it is seen in blocks that the view has not written
     * @param directory where the temporary file is made and its name removed at once
     * @throws DeviceException if that cannot be done
     */
    public static OverlayDevice open(BlockDevice below, Path directory) throws IOException {
        Path path = directory.resolve("ashlar-overlay-" + UUID.randomUUID());
        ImageMaker.create(path, below.sizeBytes(), false);
        FileDevice file = null;
        try {
            file = FileDevice.open(path, OpenMode.READ_WRITE);
            // A file without a name cannot be asked for its file system any more.
            file.extents(0, Math.min(1, below.sizeBytes()), (_, _) -> false);
            Files.delete(path);
            return new OverlayDevice(below, file);
        } catch (IOException | RuntimeException e) {
            if (file != null) {
                file.close();
            }
            Files.deleteIfExists(path);
            throw e;
        }
    }

    /** A view whose blocks lie in {@code file}, which is as long as {@code below} and which the view closes. */
    public static OverlayDevice over(BlockDevice below, BlockDevice file) {
        return new OverlayDevice(below, file);
    }

    @Override
    public boolean readOnly() {
        return false;
    }

    @Override
    public int optimalIoBytes() {
        return file.optimalIoBytes();
    }

    @Override
    public void read(long offsetBytes, MemorySegment target, long targetOffset, long lengthBytes) throws IOException {
        Ranges.checkDevice(offsetBytes, lengthBytes, sizeBytes());
        Ranges.checkTarget(target, targetOffset, lengthBytes);
        requireOpen("read", offsetBytes, lengthBytes);
        long end = offsetBytes + lengthBytes;
        for (long at = offsetBytes; at < end;) {
            long next = runEnd(at, end);
            BlockDevice from = own.isSet(at / BLOCK_BYTES) ? file : below;
            from.read(at, target, targetOffset + at - offsetBytes, next - at);
            at = next;
        }
    }

    /** The end of the bytes from {@code at} on that lie in the same place, at most {@code end}. */
    private long runEnd(long at, long end) {
        long limit = (end + BLOCK_BYTES - 1) / BLOCK_BYTES;
        return Math.min(own.runEnd(at / BLOCK_BYTES, limit) * BLOCK_BYTES, end);
    }

    /** What {@link #change} does to a range of the file. */
    @FunctionalInterface
    private interface Change {
        void make() throws IOException;
    }

    @Override
    public void write(long offsetBytes, MemorySegment source, long sourceOffset, long lengthBytes, boolean fua)
            throws IOException {
        Ranges.checkDevice(offsetBytes, lengthBytes, sizeBytes());
        Ranges.checkSource(source, sourceOffset, lengthBytes);
        requireOpen("write", offsetBytes, lengthBytes);
        change(offsetBytes, lengthBytes, () -> file.write(offsetBytes, source, sourceOffset, lengthBytes, false));
    }

    @Override
    public void writeZeroes(long offsetBytes, long lengthBytes, boolean mayUnmap, boolean fua) throws IOException {
        Ranges.checkDevice(offsetBytes, lengthBytes, sizeBytes());
        requireOpen("writeZeroes", offsetBytes, lengthBytes);
        change(offsetBytes, lengthBytes, () -> file.writeZeroes(offsetBytes, lengthBytes, mayUnmap, false));
    }

    /** Makes the blocks of the range the overlay's own and changes them. */
    private void change(long offsetBytes, long lengthBytes, Change change) throws IOException {
        if (lengthBytes == 0) {
            return;
        }
        long first = offsetBytes / BLOCK_BYTES;
        long end = (offsetBytes + lengthBytes + BLOCK_BYTES - 1) / BLOCK_BYTES;
        boolean copyFirst = lacksRest(first, offsetBytes, lengthBytes);
        boolean copyLast = end - 1 > first && lacksRest(end - 1, offsetBytes, lengthBytes);
        Lock held = copyFirst || copyLast ? lock.writeLock() : lock.readLock();
        held.lock();
        try {
            if (copyFirst) {
                copyUp(first);
            }
            if (copyLast) {
                copyUp(end - 1);
            }
            change.make();
            own.set(first, end);
        } finally {
            held.unlock();
        }
    }

    /** Whether the block is not the overlay's own yet, and has bytes beside the range. */
    private boolean lacksRest(long block, long offsetBytes, long lengthBytes) {
        long start = block * BLOCK_BYTES;
        boolean whole = start >= offsetBytes && blockEnd(block) <= offsetBytes + lengthBytes;
        return !whole && !own.isSet(block);
    }

    private long blockEnd(long block) {
        return Math.min((block + 1) * BLOCK_BYTES, sizeBytes());
    }

    /** Takes a block from below unless somebody was faster. With the lock alone. */
    private void copyUp(long block) throws IOException {
        if (own.isSet(block)) {
            return;
        }
        long start = block * BLOCK_BYTES;
        long length = blockEnd(block) - start;
        MemorySegment tile = TilePool.take();
        try {
            below.read(start, tile, 0, length);
            file.write(start, tile, 0, length, false);
        } finally {
            TilePool.give(tile);
        }
        own.set(block, block + 1);
    }

    /** Frees what lies in the file; what does not stays as it is. */
    @Override
    public void trim(long offsetBytes, long lengthBytes, boolean fua) throws IOException {
        Ranges.checkDevice(offsetBytes, lengthBytes, sizeBytes());
        requireOpen("trim", offsetBytes, lengthBytes);
        long end = offsetBytes + lengthBytes;
        for (long at = offsetBytes; at < end;) {
            long next = runEnd(at, end);
            if (own.isSet(at / BLOCK_BYTES)) {
                file.trim(at, next - at, false);
            }
            at = next;
        }
    }

    @Override
    public boolean zeroesFast(long offsetBytes, long lengthBytes, boolean mayUnmap) {
        return file.zeroesFast(offsetBytes, lengthBytes, mayUnmap);
    }

    /** There is nothing that could outlive this object. */
    @Override
    public void flush() throws IOException {
        requireOpen("flush", 0, 0);
    }

    @Override
    public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor) throws IOException {
        Ranges.checkDevice(offsetBytes, lengthBytes, sizeBytes());
        requireOpen("extents", offsetBytes, lengthBytes);
        Passing passing = new Passing(visitor);
        long end = offsetBytes + lengthBytes;
        for (long at = offsetBytes; at < end && passing.goesOn;) {
            long next = runEnd(at, end);
            (own.isSet(at / BLOCK_BYTES) ? file : below).extents(at, next - at, passing);
            at = next;
        }
    }

    @Override
    public boolean isHole(long offsetBytes, long lengthBytes) throws IOException {
        Ranges.checkDevice(offsetBytes, lengthBytes, sizeBytes());
        requireOpen("isHole", offsetBytes, lengthBytes);
        long end = offsetBytes + lengthBytes;
        for (long at = offsetBytes; at < end;) {
            long next = runEnd(at, end);
            if (!(own.isSet(at / BLOCK_BYTES) ? file : below).isHole(at, next - at)) {
                return false;
            }
            at = next;
        }
        return true;
    }

    /** Remembers whether the visitor wants to go on. */
    private static final class Passing implements ExtentVisitor {
        private final ExtentVisitor to;
        private boolean goesOn = true;

        Passing(ExtentVisitor to) {
            this.to = to;
        }

        @Override
        public boolean extent(long lengthBytes, long flags) {
            goesOn = to.extent(lengthBytes, flags);
            return goesOn;
        }
    }

    private void requireOpen(String operation, long offsetBytes, long lengthBytes) throws DeviceException {
        if (closed) {
            throw new DeviceException(toString(), operation, offsetBytes, lengthBytes, "the device is closed");
        }
    }

    /** Drops everything that was written. The device below stays open. */
    @Override
    public void close() throws IOException {
        closed = true;
        file.close();
    }
}
