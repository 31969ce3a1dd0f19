package dev.ashlar.block;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Set;
import java.util.function.Function;

/**
 * What is known of the file system that a file lies on, by its name. Looked up once, when somebody asks first; whatever
 * has no name here, or cannot be asked for it, is trusted with nothing. Thread-safe.
 */
final class FileSystemTraits {
    /** Those that mark ranges as unwritten instead of writing zeroes. */
    private static final Set<String> MARKING = Set.of("ext4", "xfs", "btrfs", "f2fs");

    /**
     * Those whose SEEK_HOLE never calls a hole what was written. OpenZFS did so for years where pages waited to be
     * written; of file systems over a network or in user space nobody can say what is below them. An overlay asks the
     * file system of its layer.
     */
    private static final Set<String> TELLING_HOLES =
            Set.of("ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "tmpfs", "overlay");

    private final OpenFile file;
    private final Function<OpenFile, String> probe;
    private volatile String type;

    /** @param probe tells the name, "" for unknown */
    FileSystemTraits(OpenFile file, Function<OpenFile, String> probe) {
        this.file = file;
        this.probe = probe;
    }

    /** The name as mount tables have it, "" if it cannot be told. */
    static String typeOf(OpenFile file) {
        try {
            return Files.getFileStore(file.self()).type();
        } catch (IOException | SecurityException _) {
            return "";
        }
    }

    /** Whether zeroing marks the range and writes nothing. */
    boolean marks() {
        return MARKING.contains(type());
    }

    /** Whether a hole that it tells of can be believed to read as zeroes. */
    boolean tellsHoles() {
        return TELLING_HOLES.contains(type());
    }

    private String type() {
        String known = type;
        if (known == null) {
            known = probe.apply(file);
            type = known;
        }
        return known;
    }
}
