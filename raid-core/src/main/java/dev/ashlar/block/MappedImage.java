package dev.ashlar.block;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A regular file whose cached content is read by copying it out of a mapping, which costs half of a system call.
 * Everything else is {@link FileDevice}'s.
 *
 * <p>Invariants:
 * <ul>
 * <li>The mapping is copied from and never computed on, and never leaves this class. A copy that meets a page which
 *     cannot be had faults in a way that {@link MappedMemory} makes harmless; a vector kernel or checksum doing so
 *     would end the JVM.
 * <li>A copy that faulted counts for nothing: the same range is then read by a system call, which gives the data or
 *     says what is wrong.
 * <li>The last page is never read through the mapping. Beyond the end of a file that has become smaller, it shows
 *     zeroes instead of faulting.
 * <li>Writes are positional: a write through a mapping fails later, in silence.
 * </ul>
 */
public final class MappedImage extends FilterDevice {
    /** No less than the page size of any supported machine. */
    private static final long TAIL_BYTES = 64 << 10;

    private final FileDevice file;
    private final Arena arena;
    private final MemorySegment map;
    private final long mappedEnd;
    private final RecentParts recent = new RecentParts();

    private MappedImage(FileDevice file, Arena arena, MemorySegment map) {
        super(file);
        this.file = file;
        this.arena = arena;
        this.map = map;
        this.mappedEnd = Math.max(0, map.byteSize() - 1 & -TAIL_BYTES);
    }

    /**
     * Opens a regular file that exists.
     *
     * @throws DeviceBusyException if the lock that {@code mode} asks for is not to be had
     * @throws DeviceException if it cannot be opened or mapped
     */
    public static MappedImage open(Path path, OpenMode mode) throws IOException {
        FileDevice file = FileDevice.open(path, mode);
        try {
            return map(file);
        } catch (IOException e) {
            file.close();
            throw new DeviceException(path.toString(), "open", 0, 0, "cannot be mapped: " + e.getMessage());
        }
    }

    /** Takes over {@code file} if it can be mapped; if not, it stays the caller's. */
    static MappedImage map(FileDevice file) throws IOException {
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(file.file().self(), StandardOpenOption.READ)) {
            MemorySegment map = channel.map(MapMode.READ_ONLY, 0, file.sizeBytes(), arena);
            return new MappedImage(file, arena, map);
        } catch (IOException | RuntimeException e) {
            arena.close();
            throw e instanceof IOException io ? io : new IOException(e);
        }
    }

    @Override
    public void read(long offsetBytes, MemorySegment target, long targetOffset, long lengthBytes)
            throws DeviceException {
        Ranges.checkDevice(offsetBytes, lengthBytes, map.byteSize());
        Ranges.checkTarget(target, targetOffset, lengthBytes);
        if (offsetBytes + lengthBytes > mappedEnd
                || !copyOut(offsetBytes, target, targetOffset, lengthBytes)) {
            file.read(offsetBytes, target, targetOffset, lengthBytes);
        }
    }

    /**
     * A copy out of the mapping is the cheapest read, but it does nothing for the write that follows: the kernel comes
     * to the same page by another way, along which it waits for memory again. A positional read has just gone that way,
     * and the two calls together take a sixth less than copy and write. Only where the caches still hold all of it is
     * the copy better, by a third. (4 KiB at random on tmpfs, of 1 GiB and of 2 MiB.)
     */
    @Override
    public void readBeforeWrite(long offsetBytes, MemorySegment target, long targetOffset, long lengthBytes)
            throws DeviceException {
        if (recent.touch(offsetBytes)) {
            read(offsetBytes, target, targetOffset, lengthBytes);
        } else {
            file.read(offsetBytes, target, targetOffset, lengthBytes);
        }
    }

    /**
     * Asks the mapping instead of the kernel whether the file still has its size, before a write that would extend it
     * again if not: the last page faults once the file ends before it. Writes that reach into the last page, and all
     * after a fault, leave the question to {@link FileDevice}.
     */
    @Override
    public void write(long offsetBytes, MemorySegment source, long sourceOffset, long lengthBytes, boolean fua)
            throws DeviceException {
        Ranges.checkDevice(offsetBytes, lengthBytes, map.byteSize());
        boolean sizeKnown = offsetBytes + lengthBytes <= mappedEnd && lastPageIsPresent();
        file.write(offsetBytes, source, sourceOffset, lengthBytes, fua, sizeKnown);
    }

    private boolean copyOut(long offsetBytes, MemorySegment target, long targetOffset, long lengthBytes) {
        try {
            return MappedMemory.copy(map, offsetBytes, target, targetOffset, lengthBytes);
        } catch (IllegalStateException e) {
            // Thrown when the mapping was closed meanwhile, which the file will put into words, and by the caller's
            // own buffer.
            if (file.calls().closed()) {
                return false;
            }
            throw e;
        }
    }

    private boolean lastPageIsPresent() {
        try {
            return MappedMemory.isPresent(map, map.byteSize() - 1);
        } catch (IllegalStateException _) {
            // Closed meanwhile; the file will say so.
            return false;
        }
    }

    @Override
    public void evictCached(long offsetBytes, long lengthBytes) {
        Ranges.checkDevice(offsetBytes, lengthBytes, map.byteSize());
        dropMapped(offsetBytes, lengthBytes);
        super.evictCached(offsetBytes, lengthBytes);
    }

    /** Pages that are mapped anywhere stay in the page cache whatever is asked, so ours go first. */
    private void dropMapped(long offsetBytes, long lengthBytes) {
        long start = FileDevice.cachePieceStart(offsetBytes);
        long end = Math.min(FileDevice.cachePieceEnd(offsetBytes + lengthBytes), map.byteSize());
        if (lengthBytes > 0 && file.calls().enter()) {
            try {
                Posix.dropMapped(map.address() + start, end - start);
            } finally {
                file.calls().exit();
            }
        }
    }

    @Override
    public void close() throws IOException {
        synchronized (arena) {
            file.close();
            if (arena.scope().isAlive()) {
                arena.close();
            }
        }
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
