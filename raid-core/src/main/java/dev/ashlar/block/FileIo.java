package dev.ashlar.block;

/** Whole reads and writes of an open file, and what an errno means for a device. Ranges are checked by the caller. */
final class FileIo {
    private FileIo() {}

    /** Reads all of the range into native memory at {@code address}. */
    static void read(OpenFile file, long offsetBytes, long address, long lengthBytes) throws DeviceException {
        for (long done = 0; done < lengthBytes;) {
            long count = Posix.pread(file.descriptor(), address + done, lengthBytes - done, offsetBytes + done);
            if (count <= 0) {
                throw count == 0
                        ? shrunk(file, "read", offsetBytes, lengthBytes)
                        : failure(file, "read", offsetBytes, lengthBytes, (int) -count);
            }
            done += count;
        }
    }

    /** Writes all of the range from native memory at {@code address} to the page cache. */
    static void write(OpenFile file, String operation, long offsetBytes, long address, long lengthBytes)
            throws DeviceException {
        for (long done = 0; done < lengthBytes;) {
            long count = Posix.pwrite(file.descriptor(), address + done, lengthBytes - done, offsetBytes + done);
            if (count <= 0) {
                throw failure(file, operation, offsetBytes, lengthBytes, errno(count));
            }
            done += count;
        }
    }

    /** Writes all of the range so that it is durable; returns the errno, or 0. */
    static int tryWriteDurably(OpenFile file, long offsetBytes, long address, long lengthBytes) {
        for (long done = 0; done < lengthBytes;) {
            long count = Posix.pwriteDurably(file.durableDescriptor(), address + done, lengthBytes - done,
                    offsetBytes + done);
            if (count <= 0) {
                return errno(count);
            }
            done += count;
        }
        return 0;
    }

    /** A write that writes nothing and names no error is taken for an I/O error. */
    private static int errno(long count) {
        return count == 0 ? Posix.EIO : (int) -count;
    }

    /**
     * Asks for the file's size before it is changed, since a write beyond the end would extend it. Block devices refuse
     * such writes themselves.
     */
    static void checkNotShrunk(OpenFile file, String operation, long offsetBytes, long lengthBytes)
            throws DeviceException {
        if (!file.blockDevice() && isShrunk(file)) {
            throw shrunk(file, operation, offsetBytes, lengthBytes);
        }
    }

    /** Throws if the file or device has become smaller since it was opened. */
    static void checkSize(OpenFile file, String operation) throws DeviceException {
        if (isShrunk(file)) {
            throw shrunk(file, operation, 0, file.sizeBytes());
        }
    }

    /** The exception for an errno; never null. */
    static DeviceException failure(OpenFile file, String operation, long offsetBytes, long lengthBytes, int errno) {
        return switch (errno) {
            case Posix.ENOSPC, Posix.EDQUOT, Posix.EFBIG -> isShrunk(file)
                    ? shrunk(file, operation, offsetBytes, lengthBytes)
                    : new NoSpaceException(file.name(), operation, offsetBytes, lengthBytes);
            case Posix.EFAULT -> throw new InternalError(file.name() + ": " + operation
                    + " met a fault in the caller's buffer");
            default -> new DeviceException(file.name(), operation, offsetBytes, lengthBytes, Posix.text(errno));
        };
    }

    private static boolean isShrunk(OpenFile file) {
        return Posix.lseek(file.descriptor(), 0, Posix.SEEK_END) < file.sizeBytes();
    }

    private static DeviceException shrunk(OpenFile file, String operation, long offsetBytes, long lengthBytes) {
        long nowBytes = Posix.lseek(file.descriptor(), 0, Posix.SEEK_END);
        return new DeviceShrunkException(file.name(), operation, offsetBytes, lengthBytes,
                "it had " + file.sizeBytes() + " bytes when opened and has " + nowBytes + " now");
    }
}
