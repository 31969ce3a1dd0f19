package dev.ashlar.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A folder for the images of one benchmark, in memory where the system property does not name another place. */
final class ScratchFolder implements AutoCloseable {
    private final Path folder;

    ScratchFolder() throws IOException {
        Path place = Path.of(System.getProperty("ashlar.bench.folder", "/dev/shm"));
        folder = Files.createTempDirectory(place, "ashlar-bench");
    }

    /** Paths in the folder, of files that need not exist. */
    List<Path> paths(String prefix, int count) {
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
