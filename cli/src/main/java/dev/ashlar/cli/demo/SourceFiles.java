package dev.ashlar.cli.demo;

import dev.ashlar.cli.result.CommandFailure;
import dev.ashlar.cli.result.ExitCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Real files to copy, one after another on the volume, each at a multiple of 4 KiB. The same trees give the same list.
 *
 * @param files what is copied, with its place on the volume
 * @param endBytes first free byte of the volume behind them
 */
record SourceFiles(List<Placed> files, long endBytes) {
    private static final long ALIGNMENT_BYTES = 4096;

    /**
     * A file and its place.
     *
     * @param path the file
     * @param offsetBytes where it begins on the volume
     * @param lengthBytes its size when it was chosen
     */
    record Placed(Path path, long offsetBytes, long lengthBytes) {}

    /**
     * Takes files, tree after tree and in the order of their paths, until they have at least the wanted size.
     *
     * @throws CommandFailure if the trees hold less
     */
    static SourceFiles choose(List<Path> trees, long wantedBytes) throws IOException {
        List<Placed> files = new ArrayList<>();
        long totalBytes = 0;
        long offsetBytes = 0;
        Iterator<Path> tree = trees.iterator();
        Iterator<Path> path = Collections.emptyIterator();
        while (totalBytes < wantedBytes && (path.hasNext() || tree.hasNext())) {
            if (!path.hasNext()) {
                path = sorted(tree.next()).iterator();
            } else {
                Path file = path.next();
                long lengthBytes = Files.size(file);
                files.add(new Placed(file, offsetBytes, lengthBytes));
                totalBytes += lengthBytes;
                offsetBytes += Math.ceilDiv(lengthBytes, ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
            }
        }
        if (totalBytes < wantedBytes) {
            throw new CommandFailure(ExitCode.IO_ERROR, "too little to copy: found=" + totalBytes + " wanted="
                    + wantedBytes + " in " + trees);
        }
        return new SourceFiles(List.copyOf(files), offsetBytes);
    }

    private static List<Path> sorted(Path tree) throws IOException {
        if (!Files.isDirectory(tree)) {
            return List.of();
        }
        try (Stream<Path> walk = Files.walk(tree)) {
            return walk.filter(SourceFiles::usable).sorted().toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static boolean usable(Path path) {
        return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
                && Files.isReadable(path)
                && path.toFile().length() > 0;
    }

    /** How much is copied. */
    long totalBytes() {
        return files.stream().mapToLong(Placed::lengthBytes).sum();
    }
}
