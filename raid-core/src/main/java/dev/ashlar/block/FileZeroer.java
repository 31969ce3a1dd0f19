package dev.ashlar.block;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Zeroes ranges of one file in the cheapest way its file system knows: by a hole, by marking the range as unwritten, or
 * by writing. What turned out to be unsupported is not asked for again.
 *
 * <p>What a file system can is not known before it was tried. Where somebody asks first, a hole is punched behind the end
 * of a regular file, which changes nothing. Marking there would allocate, so its answer is guessed by the file system's
 * name until it was tried. A block device counts as slow until some zeroing of it was seen to be fast.
 */
final class FileZeroer {
    private static final int PUNCH = Posix.FALLOC_PUNCH_HOLE | Posix.FALLOC_KEEP_SIZE;
    private static final int ZERO = Posix.FALLOC_ZERO_RANGE | Posix.FALLOC_KEEP_SIZE;

    private static final long PROBE_BYTES = 64 << 10;

    private final OpenFile file;
    private final FileSystemTraits fileSystem;
    private volatile boolean cannotPunch;
    private volatile boolean cannotZero;
    private volatile boolean hasPunched;
    private volatile boolean hasZeroed;

    FileZeroer(OpenFile file, FileSystemTraits fileSystem) {
        this.file = file;
        this.fileSystem = fileSystem;
    }

    /** Frees the range, which then reads as zeroes. False: the file system cannot, and nothing has changed. */
    boolean punchHole(String operation, long offsetBytes, long lengthBytes) throws DeviceException {
        if (cannotPunch) {
            return false;
        }
        int errno = -Posix.fallocate(file.descriptor(), PUNCH, offsetBytes, lengthBytes);
        learnPunch(errno);
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
        learnZero(errno);
        return done(errno, "writeZeroes", offsetBytes, lengthBytes);
    }

    /** Whether {@link #zero} will not have to write. */
    boolean isFast(boolean mayUnmap) {
        return mayUnmap && canPunch() || canZero();
    }

    private boolean canPunch() {
        if (!hasPunched && !cannotPunch && !file.blockDevice()) {
            // Behind where the file ends now: it may have grown since it was opened. It may end within a block, which
            // must not be touched, however large blocks are.
            long nowBytes = Posix.lseek(file.descriptor(), 0, Posix.SEEK_END);
            if (nowBytes < 0) {
                return false;
            }
            long behind = (Math.max(nowBytes, file.sizeBytes()) + PROBE_BYTES - 1 & -PROBE_BYTES) + PROBE_BYTES;
            learnPunch(-Posix.fallocate(file.descriptor(), PUNCH, behind, PROBE_BYTES));
        }
        return hasPunched && !cannotPunch;
    }

    private boolean canZero() {
        return !cannotZero && (hasZeroed || !file.blockDevice() && fileSystem.marks());
    }

    private void learnPunch(int errno) {
        if (errno == 0) {
            hasPunched = true;
        } else if (isUnsupported(errno)) {
            cannotPunch = true;
        }
    }

    private void learnZero(int errno) {
        if (errno == 0) {
            hasZeroed = true;
        } else if (isUnsupported(errno)) {
            cannotZero = true;
        }
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
