package dev.ashlar.block;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes image files so that a crash leaves either none or a whole one. */
final class ImageMaker {
    private static final int OWNER_ONLY = 0600;

    private ImageMaker() {}

    static void create(Path path, long sizeBytes, boolean preallocate) throws IOException {
        int flags = Posix.O_RDWR | Posix.O_CREAT | Posix.O_EXCL | Posix.O_CLOEXEC;
        int descriptor = check(path, sizeBytes, Posix.open(path.toString(), flags, OWNER_ONLY));
        try {
            fill(path, descriptor, sizeBytes, preallocate);
            syncParent(path);
        } catch (IOException e) {
            Files.deleteIfExists(path);
            throw e;
        } finally {
            Posix.close(descriptor);
        }
    }

    private static void fill(Path path, int descriptor, long sizeBytes, boolean preallocate) throws IOException {
        check(path, sizeBytes, Posix.ftruncate(descriptor, sizeBytes));
        if (preallocate && sizeBytes > 0) {
            check(path, sizeBytes, Posix.fallocate(descriptor, Posix.FALLOC_ALLOCATE, 0, sizeBytes));
        }
        check(path, sizeBytes, Posix.fsync(descriptor));
    }

    /** A new name is durable when its directory is. */
    private static void syncParent(Path path) throws IOException {
        Path parent = path.toAbsolutePath().getParent();
        int directory = check(path, 0, Posix.open(parent.toString(), Posix.O_RDONLY | Posix.O_CLOEXEC, 0));
        try {
            check(path, 0, Posix.fsync(directory));
        } finally {
            Posix.close(directory);
        }
    }

    private static int check(Path path, long sizeBytes, int result) throws DeviceException {
        if (result >= 0) {
            return result;
        }
        throw switch (-result) {
            case Posix.ENOSPC, Posix.EDQUOT -> new NoSpaceException(path.toString(), "create", 0, sizeBytes);
            default -> new DeviceException(path.toString(), "create", 0, sizeBytes, Posix.text(-result));
        };
    }
}
