package dev.ashlar.block;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Zeroes ranges of one file in the cheapest way its file system knows: by a hole, by marking the range as unwritten, or
 * by writing. What turned out to be unsupported is not asked for again.
 */
final class FileZeroer {
    private static final int PUNCH = Posix.FALLOC_PUNCH_HOLE | Posix.FALLOC_KEEP_SIZE;
    private static final int ZERO = Posix.FALLOC_ZERO_RANGE | Posix.FALLOC_KEEP_SIZE;

    private final OpenFile file;
    private volatile boolean cannotPunch;
    private volatile boolean cannotZero;

    FileZeroer(OpenFile file) {
        this.file = file;
    }

    /** Frees the range, which then reads as zeroes. False: the file system cannot, and nothing has changed. */
    boolean punchHole(String operation, long offsetBytes, long lengthBytes) throws DeviceException {
        if (cannotPunch) {
            return false;
        }
        int errno = -Posix.fallocate(file.descriptor(), PUNCH, offsetBytes, lengthBytes);
        cannotPunch = isUnsupported(errno);
        return done(errno, operation, offsetBytes, lengthBytes);
    }

    /** Zeroes the range; unless {@code mayUnmap}, its storage stays or becomes allocated. */
    void zero(long offsetBytes, long lengthBytes, boolean mayUnmap) throws DeviceException {
        if (mayUnmap && punchHole("writeZeroes", offsetBytes, lengthBytes) || zeroRange(offsetBytes, lengthBytes)) {
            return;
        }
        for (long done = 0; done < lengthBytes;) {
            long count = Math.min(Zeroes.TILE.byteSize(), lengthBytes - done);
            FileIo.write(file, "writeZeroes", offsetBytes + done, Zeroes.TILE.address(), count);
            done += count;
        }
    }

    private boolean zeroRange(long offsetBytes, long lengthBytes) throws DeviceException {
        if (cannotZero) {
            return false;
        }
        int errno = -Posix.fallocate(file.descriptor(), ZERO, offsetBytes, lengthBytes);
        cannotZero = isUnsupported(errno);
        return done(errno, "writeZeroes", offsetBytes, lengthBytes);
    }

    private boolean done(int errno, String operation, long offsetBytes, long lengthBytes) throws DeviceException {
        // A block device answers EINVAL to ranges that its sectors do not divide: true of this range, not of all.
        if (isUnsupported(errno) || errno == Posix.EINVAL) {
            return false;
        }
        if (errno != 0) {
            throw FileIo.failure(file, operation, offsetBytes, lengthBytes, errno);
        }
        return true;
    }

    private static boolean isUnsupported(int errno) {
        return errno == Posix.EOPNOTSUPP || errno == Posix.ENOSYS || errno == Posix.ENODEV;
    }

    private static final class Zeroes {
        static final MemorySegment TILE = Arena.global().allocate(1 << 20, 4096);
    }
}
