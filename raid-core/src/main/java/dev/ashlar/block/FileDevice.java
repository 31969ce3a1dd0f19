package dev.ashlar.block;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * A regular file or block device, by positional reads and writes through the page cache.
 *
 * <p>Invariants:
 * <ul>
 * <li>After one failed flush every later flush fails. The kernel reports a lost write once and may then count the
 *     pages as clean, so a second, successful flush would prove nothing.
 * <li>A write never extends the file. If somebody has made it smaller, what was beyond its end is lost, and writing
 *     there would bring back zeroes that look like data; such a write is a {@link DeviceShrunkException}.
 * <li>A flush does not succeed once the file has become smaller: what it should make durable may be lost.
 * <li>A descriptor is closed only when no call can use its number any more.
 * </ul>
 *
 * <p>Native buffers go to the kernel as they are, also mapped ones (if such a mapping faults, the call throws
 * {@link InternalError}, as touching it would have); heap buffers pass through pooled native tiles.
 */
public final class FileDevice implements BlockDevice {
    /** No smaller than the folios of the page cache, as a rule. */
    private static final long CACHE_PIECE_BYTES = 2 << 20;
    /** The least read-ahead of a device as a rule; of one call the kernel takes no more. */
    private static final long PREFETCH_PIECE_BYTES = 128 << 10;
    /** More than this would push out what other readers need. */
    private static final long MOST_PREFETCH_BYTES = 64 << 20;

    private final OpenFile file;
    private final boolean readOnly;
    private final InFlight calls = new InFlight();
    private final FileSync sync;
    private final FileSystemTraits fileSystem;
    private final FileZeroer zeroer;

    private FileDevice(OpenFile file, boolean readOnly, Function<OpenFile, String> fileSystemType) {
        this.file = file;
        this.readOnly = readOnly;
        this.sync = new FileSync(file);
        this.fileSystem = new FileSystemTraits(file, fileSystemType);
        this.zeroer = new FileZeroer(file, fileSystem);
    }

    /**
     * Opens a regular file or block device that exists.
     *
     * @throws DeviceBusyException if the lock that {@code mode} asks for is not to be had
     * @throws DeviceException if it cannot be opened
     */
    public static FileDevice open(Path path, OpenMode mode) throws IOException {
        return open(path, mode, FileSystemTraits::typeOf);
    }

    /** @param fileSystemType tells on which kind of file system a file lies */
    static FileDevice open(Path path, OpenMode mode, Function<OpenFile, String> fileSystemType) throws IOException {
        return new FileDevice(OpenFile.open(path, mode), mode != OpenMode.READ_WRITE, fileSystemType);
    }

    OpenFile file() {
        return file;
    }

    InFlight calls() {
        return calls;
    }

    @Override
    public long sizeBytes() {
        return file.sizeBytes();
    }

    @Override
    public boolean readOnly() {
        return readOnly;
    }

    @Override
    public int optimalIoBytes() {
        return 4096;
    }

    @Override
    public void read(long offsetBytes, MemorySegment target, long targetOffset, long lengthBytes)
            throws DeviceException {
        Ranges.checkDevice(offsetBytes, lengthBytes, file.sizeBytes());
        Ranges.checkTarget(target, targetOffset, lengthBytes);
        enter("read", offsetBytes, lengthBytes);
        try {
            if (target.isNative()) {
                FileIo.read(file, offsetBytes, usableAddress(target) + targetOffset, lengthBytes);
            } else {
                readStaged(offsetBytes, target, targetOffset, lengthBytes);
            }
        } finally {
            Reference.reachabilityFence(target);
            calls.exit();
        }
    }

    @Override
    public void write(long offsetBytes, MemorySegment source, long sourceOffset, long lengthBytes, boolean fua)
            throws DeviceException {
        write(offsetBytes, source, sourceOffset, lengthBytes, fua, false);
    }

    /** @param sizeKnown whether the caller has just made sure that the file has not become smaller */
    void write(long offsetBytes, MemorySegment source, long sourceOffset, long lengthBytes, boolean fua,
            boolean sizeKnown) throws DeviceException {
        Ranges.checkDevice(offsetBytes, lengthBytes, file.sizeBytes());
        Ranges.checkSource(source, sourceOffset, lengthBytes);
        enterChange("write", offsetBytes, lengthBytes);
        try {
            if (!sizeKnown) {
                FileIo.checkNotShrunk(file, "write", offsetBytes, lengthBytes);
            }
            if (source.isNative()) {
                write(offsetBytes, usableAddress(source) + sourceOffset, lengthBytes, fua);
            } else {
                writeStaged(offsetBytes, source, sourceOffset, lengthBytes, fua);
            }
        } finally {
            Reference.reachabilityFence(source);
            calls.exit();
        }
    }

    @Override
    public void flush() throws DeviceException {
        enter("flush", 0, file.sizeBytes());
        try {
            if (!readOnly) {
                FileIo.checkSize(file, "flush");
                sync.sync("flush", 0, file.sizeBytes());
            }
        } finally {
            calls.exit();
        }
    }

    @Override
    public void trim(long offsetBytes, long lengthBytes, boolean fua) throws DeviceException {
        Ranges.checkDevice(offsetBytes, lengthBytes, file.sizeBytes());
        enterChange("trim", offsetBytes, lengthBytes);
        try {
            FileIo.checkNotShrunk(file, "trim", offsetBytes, lengthBytes);
            if (lengthBytes > 0 && zeroer.punchHole("trim", offsetBytes, lengthBytes) && fua) {
                sync.sync("trim", offsetBytes, lengthBytes);
            }
        } finally {
            calls.exit();
        }
    }

    @Override
    public void writeZeroes(long offsetBytes, long lengthBytes, boolean mayUnmap, boolean fua)
            throws DeviceException {
        Ranges.checkDevice(offsetBytes, lengthBytes, file.sizeBytes());
        enterChange("writeZeroes", offsetBytes, lengthBytes);
        try {
            FileIo.checkNotShrunk(file, "writeZeroes", offsetBytes, lengthBytes);
            if (lengthBytes > 0) {
                zeroer.zero(offsetBytes, lengthBytes, mayUnmap);
                if (fua) {
                    sync.sync("writeZeroes", offsetBytes, lengthBytes);
                }
            }
        } finally {
            calls.exit();
        }
    }

    /** A block device answers by what earlier zeroing has shown. */
    @Override
    public boolean zeroesFast(long offsetBytes, long lengthBytes, boolean mayUnmap) {
        Ranges.checkDevice(offsetBytes, lengthBytes, file.sizeBytes());
        if (readOnly || !calls.enter()) {
            return false;
        }
        try {
            return zeroer.isFast(mayUnmap);
        } finally {
            calls.exit();
        }
    }

    /** Tells of holes only where the file system is known to tell them right: readers take them for zeroes. */
    @Override
    public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor) throws DeviceException {
        Ranges.checkDevice(offsetBytes, lengthBytes, file.sizeBytes());
        enter("extents", offsetBytes, lengthBytes);
        try {
            if (lengthBytes > 0 && !fileSystem.tellsHoles()) {
                visitor.extent(lengthBytes, 0);
            } else if (lengthBytes > 0) {
                FileExtents.walk(file, offsetBytes, lengthBytes, visitor);
            }
        } finally {
            calls.exit();
        }
    }

    @Override
    public boolean isHole(long offsetBytes, long lengthBytes) throws DeviceException {
        Ranges.checkDevice(offsetBytes, lengthBytes, file.sizeBytes());
        enter("isHole", offsetBytes, lengthBytes);
        try {
            return fileSystem.tellsHoles() && FileExtents.isHole(file, offsetBytes, lengthBytes);
        } finally {
            calls.exit();
        }
    }

    /** Begins to read at most the first 64 MiB of the range. */
    @Override
    public void prefetch(long offsetBytes, long lengthBytes) {
        Ranges.checkDevice(offsetBytes, lengthBytes, file.sizeBytes());
        if (!calls.enter()) {
            return;
        }
        try {
            long end = offsetBytes + Math.min(lengthBytes, MOST_PREFETCH_BYTES);
            for (long at = offsetBytes; at < end; at += PREFETCH_PIECE_BYTES) {
                Posix.willNeed(file.descriptor(), at, Math.min(PREFETCH_PIECE_BYTES, end - at));
            }
        } finally {
            calls.exit();
        }
    }

    @Override
    public void checkSize() throws DeviceException {
        enter("check of the size", 0, file.sizeBytes());
        try {
            FileIo.checkSize(file, "check of the size");
        } finally {
            calls.exit();
        }
    }

    /** Drops more than asked for, since the kernel keeps what it holds in one piece with something beside the range. */
    @Override
    public void evictCached(long offsetBytes, long lengthBytes) {
        Ranges.checkDevice(offsetBytes, lengthBytes, file.sizeBytes());
        if (lengthBytes > 0 && calls.enter()) {
            try {
                long start = cachePieceStart(offsetBytes);
                Posix.dropCached(file.descriptor(), start, cachePieceEnd(offsetBytes + lengthBytes) - start);
            } finally {
                calls.exit();
            }
        }
    }

    @Override
    public void close() {
        if (calls.close()) {
            file.close();
        }
    }

    @Override
    public String toString() {
        return file.name();
    }

    static long cachePieceStart(long offsetBytes) {
        return offsetBytes & -CACHE_PIECE_BYTES;
    }

    static long cachePieceEnd(long endBytes) {
        return endBytes + CACHE_PIECE_BYTES - 1 & -CACHE_PIECE_BYTES;
    }

    private void write(long offsetBytes, long address, long lengthBytes, boolean fua) throws DeviceException {
        if (fua) {
            sync.writeDurably(offsetBytes, address, lengthBytes);
        } else {
            FileIo.write(file, "write", offsetBytes, address, lengthBytes);
        }
    }

    private void readStaged(long offsetBytes, MemorySegment target, long targetOffset, long lengthBytes)
            throws DeviceException {
        MemorySegment tile = TilePool.take();
        try {
            for (long done = 0; done < lengthBytes;) {
                long count = Math.min(TilePool.TILE_BYTES, lengthBytes - done);
                FileIo.read(file, offsetBytes + done, tile.address(), count);
                MemorySegment.copy(tile, 0, target, targetOffset + done, count);
                done += count;
            }
        } finally {
            TilePool.give(tile);
        }
    }

    private void writeStaged(long offsetBytes, MemorySegment source, long sourceOffset, long lengthBytes, boolean fua)
            throws DeviceException {
        MemorySegment tile = TilePool.take();
        try {
            for (long done = 0; done < lengthBytes;) {
                long count = Math.min(TilePool.TILE_BYTES, lengthBytes - done);
                MemorySegment.copy(source, sourceOffset + done, tile, 0, count);
                write(offsetBytes + done, tile.address(), count, fua);
                done += count;
            }
        } finally {
            TilePool.give(tile);
        }
    }

    /** The address of a native buffer, which the kernel would use without asking whether this thread may. */
    private static long usableAddress(MemorySegment buffer) {
        if (!buffer.scope().isAlive()) {
            throw new IllegalStateException("the buffer's arena is closed");
        }
        if (!buffer.isAccessibleBy(Thread.currentThread())) {
            throw new WrongThreadException("the buffer belongs to another thread");
        }
        return buffer.address();
    }

    private void enter(String operation, long offsetBytes, long lengthBytes) throws DeviceException {
        if (!calls.enter()) {
            throw new DeviceException(file.name(), operation, offsetBytes, lengthBytes, "the device is closed");
        }
    }

    private void enterChange(String operation, long offsetBytes, long lengthBytes) throws DeviceException {
        if (readOnly) {
            throw new ReadOnlyDeviceException(file.name(), operation, offsetBytes, lengthBytes);
        }
        enter(operation, offsetBytes, lengthBytes);
    }
}
