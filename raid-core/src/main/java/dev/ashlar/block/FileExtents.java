package dev.ashlar.block;

/**
 * Where a regular file has storage, as its file system tells by {@code SEEK_DATA} and {@code SEEK_HOLE}.
 *
 * <p>What was written before the walk began is never called a hole: Linux counts pages that wait to be written as data.
 * Storage that is allocated and not yet written is called a hole by most file systems. The file may change under the
 * walk; each step of it is true when it is made.
 */
final class FileExtents {
    /** What is called data where a file changes faster than it can be looked at. */
    private static final long STEP_BYTES = 4096;

    private FileExtents() {}

    /**
     * Walks a range that lies inside the file as it was opened.
     *
     * @throws DeviceShrunkException if the file ends inside the range now
     * @throws DeviceException if the file system cannot be asked; one that merely cannot tell has data everywhere
     */
    static void walk(OpenFile file, long offsetBytes, long lengthBytes, ExtentVisitor visitor) throws DeviceException {
        long end = offsetBytes + lengthBytes;
        if (file.blockDevice()) {
            visitor.extent(lengthBytes, 0);
            return;
        }
        for (long at = offsetBytes; at < end;) {
            long data = nextData(file, at, end, offsetBytes, lengthBytes);
            if (data > at && !visitor.extent(data - at, ExtentVisitor.HOLE | ExtentVisitor.ZERO)) {
                return;
            }
            if (data == end) {
                return;
            }
            at = nextHole(file, data, end, offsetBytes, lengthBytes);
            if (!visitor.extent(at - data, 0)) {
                return;
            }
        }
    }

    /**
     * Whether no data begins in a range that lies inside the file as it was opened. Never asks where data ends, which
     * some file systems answer by a look at every page.
     *
     * @throws DeviceException as {@link #walk}
     */
    static boolean isHole(OpenFile file, long offsetBytes, long lengthBytes) throws DeviceException {
        long end = offsetBytes + lengthBytes;
        return !file.blockDevice() && nextData(file, offsetBytes, end, offsetBytes, lengthBytes) == end;
    }

    /** Start of the first data at or after {@code at}; {@code end} if there is none before it. */
    private static long nextData(OpenFile file, long at, long end, long offsetBytes, long lengthBytes)
            throws DeviceException {
        long data = Posix.lseek(file.descriptor(), at, Posix.SEEK_DATA);
        if (data == -Posix.ENXIO) {
            // No data up to the end of the file, which must be where it was.
            FileIo.checkNotShrunk(file, "extents", offsetBytes, lengthBytes);
            return end;
        }
        return cannotTell(data) ? at : Math.min(checked(file, data, offsetBytes, lengthBytes), end);
    }

    /** Start of the first hole after {@code data}; {@code end} if there is none before it. */
    private static long nextHole(OpenFile file, long data, long end, long offsetBytes, long lengthBytes)
            throws DeviceException {
        long hole = Posix.lseek(file.descriptor(), data, Posix.SEEK_HOLE);
        if (hole == -Posix.ENXIO) {
            FileIo.checkNotShrunk(file, "extents", offsetBytes, lengthBytes);
        } else if (cannotTell(hole)) {
            return end;
        } else {
            checked(file, hole, offsetBytes, lengthBytes);
        }
        return Math.min(Math.max(hole, data + STEP_BYTES), end);
    }

    private static boolean cannotTell(long result) {
        return result == -Posix.EINVAL || result == -Posix.EOPNOTSUPP || result == -Posix.ENOSYS;
    }

    private static long checked(OpenFile file, long result, long offsetBytes, long lengthBytes)
            throws DeviceException {
        if (result < 0) {
            throw FileIo.failure(file, "extents", offsetBytes, lengthBytes, (int) -result);
        }
        return result;
    }
}
