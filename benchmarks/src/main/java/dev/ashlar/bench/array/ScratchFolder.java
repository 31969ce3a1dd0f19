package dev.ashlar.bench.array;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A folder for the images of one benchmark, gone when it is closed. */
public final class ScratchFolder implements AutoCloseable {
    /** A place on tmpfs. */
    public static final String MEMORY = "/dev/shm";

    private final Path folder;

    /** @param place an existing folder to make this one in */
    public ScratchFolder(String place) throws IOException {
        folder = Files.createTempDirectory(Path.of(place), "ashlar-bench");
    }

    /** Paths in the folder, of files that need not exist. */
    public List<Path> paths(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> folder.resolve(prefix + i)).toList();
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
