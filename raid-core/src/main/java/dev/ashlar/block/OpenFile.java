package dev.ashlar.block;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * The descriptors of one image or block device, and its lock.
 *
 * <p>The lock is an open file description lock ({@code fcntl}, {@code F_OFD_SETLK}) on the whole file. It belongs to
 * this opening: a second opening conflicts even inside one process, and closing other descriptors of the file does not
 * drop it, as it would drop the lock of {@link java.nio.channels.FileLock}. It is preferred over {@code flock},
 * because it also meets the locks of QEMU and of every program that uses {@code fcntl}, and because udev takes short
 * {@code flock}s on block devices, which would make opening fail now and then. Block devices are opened
 * {@code O_EXCL} besides, which is what mounts and the kernel's md respect.
 *
 * @param name the path, as messages name it
 * @param descriptor for everything but durable writes
 * @param durableDescriptor opened O_DSYNC, for writes that are durable when they return; -1 if not for writing
 * @param sizeBytes the size when opened
 * @param blockDevice whether this is a block device and not a file
 */
record OpenFile(String name, int descriptor, int durableDescriptor, long sizeBytes, boolean blockDevice) {
    private static final int TYPE_MASK = 0170000;
    private static final int TYPE_FILE = 0100000;
    private static final int TYPE_BLOCK_DEVICE = 0060000;

    static OpenFile open(Path path, OpenMode mode) throws IOException {
        String name = path.toString();
        boolean blockDevice = isBlockDevice(path);
        int flags = Posix.O_CLOEXEC | (mode == OpenMode.READ_WRITE ? Posix.O_RDWR : Posix.O_RDONLY);
        if (blockDevice && mode != OpenMode.EXAMINE) {
            flags |= Posix.O_EXCL;
        }
        int descriptor = check(name, Posix.open(name, flags, 0));
        int durable = -1;
        try {
            if (mode != OpenMode.EXAMINE) {
                lock(name, descriptor, mode);
            }
            if (mode == OpenMode.READ_WRITE) {
                durable = openDurable(name, descriptor);
            }
            return new OpenFile(name, descriptor, durable, size(name, descriptor), blockDevice);
        } catch (IOException e) {
            closeAll(descriptor, durable);
            throw e;
        }
    }

    /** A name for the same file that stays right when the path is renamed or replaced meanwhile. */
    Path self() {
        return self(name, descriptor);
    }

    void close() {
        closeAll(descriptor, durableDescriptor);
    }

    private static void lock(String name, int descriptor, OpenMode mode) throws DeviceException {
        int errno = -Posix.lock(descriptor, mode == OpenMode.READ_WRITE);
        if (errno == Posix.EAGAIN || errno == Posix.EACCES) {
            throw new DeviceBusyException(name);
        }
        if (errno != 0) {
            throw failure(name, "it cannot be locked: " + Posix.text(errno));
        }
    }

    private static int openDurable(String name, int descriptor) throws IOException {
        int flags = Posix.O_WRONLY | Posix.O_DSYNC | Posix.O_CLOEXEC;
        return check(name, Posix.open(self(name, descriptor).toString(), flags, 0));
    }

    private static Path self(String name, int descriptor) {
        Path self = Path.of("/proc/self/fd/" + descriptor);
        return Files.exists(self) ? self : Path.of(name);
    }

    private static boolean isBlockDevice(Path path) throws IOException {
        int mode;
        try {
            mode = (int) Files.getAttribute(path, "unix:mode");
        } catch (NoSuchFileException _) {
            throw failure(path.toString(), "No such file or directory");
        } catch (AccessDeniedException _) {
            throw failure(path.toString(), "Permission denied");
        }
        return switch (mode & TYPE_MASK) {
            case TYPE_FILE -> false;
            case TYPE_BLOCK_DEVICE -> true;
            default -> throw failure(path.toString(), "neither a regular file nor a block device");
        };
    }

    private static long size(String name, int descriptor) throws DeviceException {
        long size = Posix.lseek(descriptor, 0, Posix.SEEK_END);
        if (size < 0) {
            throw failure(name, Posix.text((int) -size));
        }
        return size;
    }

    private static int check(String name, int result) throws DeviceException {
        if (result >= 0) {
            return result;
        }
        throw result == -Posix.EBUSY ? new DeviceBusyException(name) : failure(name, Posix.text(-result));
    }

    private static DeviceException failure(String name, String reason) {
        return new DeviceException(name, "open", 0, 0, reason);
    }

    private static void closeAll(int descriptor, int durableDescriptor) {
        Posix.close(descriptor);
        if (durableDescriptor >= 0) {
            Posix.close(durableDescriptor);
        }
    }
}
