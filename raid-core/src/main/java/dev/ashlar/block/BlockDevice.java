package dev.ashlar.block;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * A randomly addressable range of bytes with NBD's verbs.
 *
 * <p>All calls block until done and may be made from any thread at the same time. Concurrent writes of
 * overlapping ranges happen in some order for each 512-byte sector; a read beside a write of the same bytes may see any
 * mixture of old and new. A write, trim or writeZeroes that has returned is seen by every later read. It is durable only
 * after a {@link #flush} that began after it returned, or at once where {@code fua} was given.
 *
 * <p>Ranges must lie inside {@code [0, sizeBytes())}, buffers must hold the named range; both are checked, and breaking
 * the rule throws {@link IndexOutOfBoundsException}. A length of zero does nothing. Buffers stay the caller's: they
 * must not change during a write, and none is kept after a call returns.
 */
public interface BlockDevice extends AutoCloseable {

    /** The size in bytes; fixed for the life of the object. */
    long sizeBytes();

    /** Whether every changing call is refused with {@link ReadOnlyDeviceException}. */
    boolean readOnly();

    /**
     * The size in bytes of requests, suitably aligned, that the device serves best (a full stripe, say). At least 512.
     */
    int optimalIoBytes();

    /**
     * Reads {@code lengthBytes} bytes at {@code offsetBytes} of the device into {@code target} from
     * {@code targetOffset}. After an exception the content of the target range is undefined.
     *
     * @throws DeviceException if the bytes cannot be had
     */
    void read(long offsetBytes, MemorySegment target, long targetOffset, long lengthBytes) throws IOException;

    /**
     * Reads as {@link #read} does what the caller is about to write. A device that can read in more ways than one takes
     * the way that makes both together cheapest.
     */
    default void readBeforeWrite(long offsetBytes, MemorySegment target, long targetOffset, long lengthBytes)
            throws IOException {
        read(offsetBytes, target, targetOffset, lengthBytes);
    }

    /**
     * Writes {@code lengthBytes} bytes of {@code source} from {@code sourceOffset} to {@code offsetBytes} of the
     * device. After an exception each sector of the range holds old or new content.
     *
     * @param fua whether this data must be durable when the call returns
     * @throws NoSpaceException if the storage below is full; the device stays usable
     * @throws DeviceException if the write failed
     */
    void write(long offsetBytes, MemorySegment source, long sourceOffset, long lengthBytes, boolean fua)
            throws IOException;

    /**
     * Makes everything durable that any thread had written before this call began.
     *
     * @throws DeviceException if that cannot be said of some write; it is then never said of it by a later flush
     */
    void flush() throws IOException;

    /**
     * Says that the content of the range is no longer needed. A device that can free the storage does so and reads
     * zeroes from there afterwards; one that cannot leaves the range as it is.
     */
    void trim(long offsetBytes, long lengthBytes, boolean fua) throws IOException;

    /**
     * Makes the range read as zeroes.
     *
     * @param mayUnmap whether the storage may be freed; if not, later writes of the range must not run out of space
     */
    void writeZeroes(long offsetBytes, long lengthBytes, boolean mayUnmap, boolean fua) throws IOException;

    /**
     * Whether zeroing this range costs far less than writing it, because storage is freed or marked and not written.
     * Asked before a client's fast zeroing, which must fail at once where it would not be fast.
     *
     * @param mayUnmap as in {@link #writeZeroes}
     */
    default boolean zeroesFast(long offsetBytes, long lengthBytes, boolean mayUnmap) {
        Ranges.checkDevice(offsetBytes, lengthBytes, sizeBytes());
        return false;
    }

    /**
     * Tells where the range is allocated and where it reads as zeroes. True at some moment during the call; what cannot
     * be told is called allocated data. Allocates nothing.
     *
     * @param visitor is given {@link ExtentVisitor#HOLE} and {@link ExtentVisitor#ZERO}
     * @throws DeviceException if the storage below does not answer
     */
    default void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor) throws IOException {
        Ranges.checkDevice(offsetBytes, lengthBytes, sizeBytes());
        if (lengthBytes > 0) {
            visitor.extent(lengthBytes, 0);
        }
    }

    /**
     * Whether no storage is allocated in all of the range, so that it reads as zeroes: true at some moment during the
     * call. False where that cannot be told. Costs little also where there is much data or a large hole.
     *
     * @throws DeviceException if the storage below does not answer
     */
    default boolean isHole(long offsetBytes, long lengthBytes) throws IOException {
        long[] holes = new long[1];
        extents(offsetBytes, lengthBytes, (extentBytes, flags) -> {
            boolean hole = flags == (ExtentVisitor.HOLE | ExtentVisitor.ZERO);
            holes[0] += hole ? extentBytes : 0;
            return hole;
        });
        return holes[0] == lengthBytes;
    }

    /**
     * Says that the range will be read soon. A hint: nothing is promised, no error is told, and the call does not wait
     * for a medium.
     */
    default void prefetch(long offsetBytes, long lengthBytes) {
        Ranges.checkDevice(offsetBytes, lengthBytes, sizeBytes());
    }

    /**
     * Makes sure that the storage has not become smaller since it was opened. Asks no medium, so it wakes no disk.
     *
     * @throws DeviceShrunkException if it has: what was behind its end is lost, and stays so if it grows again
     */
    default void checkSize() throws IOException {}

    /**
     * Drops clean cached copies of the range, so that the next read asks the medium again. A hint: devices without a
     * cache, or whose cache cannot be dropped, do nothing.
     */
    void evictCached(long offsetBytes, long lengthBytes);

    /**
     * Releases the device without flushing it. Calls in progress end first or fail. Closing twice does nothing.
     */
    @Override
    void close() throws IOException;
}
