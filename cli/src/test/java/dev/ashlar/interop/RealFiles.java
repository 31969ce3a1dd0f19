package dev.ashlar.interop;

import dev.ashlar.testing.Fixtures;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Real files of this machine, a tree worth copying; the guest sees them at the same place.
 *
 * @param names relative to the root directory
 * @param sums a line for each, as {@code sha256sum -c} reads them
 * @param bytes the sum of their sizes
 */
record RealFiles(List<String> names, List<String> sums, long bytes) {
    private static final Path ROOT = Path.of("/");
    private static final Path TREE = Path.of("/usr/share");
    private static final int SMALLEST_BYTES = 8 << 10;
    private static final int LARGEST_BYTES = 2 << 20;

    /** Chooses files until there are so many, or so many bytes of them. The same ones each time on the same machine. */
    static RealFiles choose(int files, long bytes) throws IOException {
        List<Path> suitable = new ArrayList<>();
        Files.walkFileTree(TREE, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                long size = attributes.size();
                boolean plainName = file.toString().matches("[\\w./+-]+");
                if (attributes.isRegularFile() && size > SMALLEST_BYTES && size <= LARGEST_BYTES && plainName) {
                    suitable.add(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                return FileVisitResult.CONTINUE;
            }
        });
        Collections.sort(suitable);
        return read(suitable, files, bytes);
    }

    private static RealFiles read(List<Path> suitable, int files, long bytes) throws IOException {
        List<String> names = new ArrayList<>();
        List<String> sums = new ArrayList<>();
        long total = 0;
        for (Path file : suitable) {
            if (total < bytes && names.size() < files && Files.isReadable(file)) {
                byte[] content = Files.readAllBytes(file);
                names.add(ROOT.relativize(file).toString());
                sums.add(Fixtures.sha256(content) + "  " + names.getLast());
                total += content.length;
            }
        }
        return new RealFiles(names, sums, total);
    }

    /** Writes {@code files} and {@code sums} for {@code main-job.sh}. */
    void write(Path directory) throws IOException {
        Files.write(directory.resolve("files"), names);
        Files.write(directory.resolve("sums"), sums);
    }

    @Override
    public String toString() {
        return names.size() + " files, " + bytes + " bytes";
    }
}
