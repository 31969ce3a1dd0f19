package dev.ashlar.cli.demo;

import dev.ashlar.cli.show.Terminal;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/** Gives the demo a directory of its own and takes it away again. */
public final class DemoRun {
    private DemoRun() {}

    /**
     * Runs the demo; returns when every comparison held.
     *
     * @param verbs runs a verb with its output going to the same writers; its exit code
     * @param launcher the command {@code ashlar}
     * @param wantedBytes how much of real files is copied at least
     * @param keep whether the images stay
     */
    public static void run(
            PrintWriter out,
            PrintWriter err,
            ToIntFunction<String[]> verbs,
            Path launcher,
            long wantedBytes,
            boolean keep)
            throws IOException, InterruptedException {
        String temporary = System.getenv().getOrDefault("TMPDIR", "");
        Path directory = Files.createTempDirectory(Path.of(temporary.isEmpty() ? "/tmp" : temporary), "ashlar-demo");
        Transcript say = new Transcript(out, verbs::applyAsInt, directory);
        boolean passed = false;
        try {
            say.line("The main job of Ashlar: files onto a RAID 6, two members lost under load, rebuilt, compared.");
            say.line("$ D=" + directory);
            new Demo(say, Terminal.of(err), launcher, directory).run(wantedBytes);
            passed = true;
        } finally {
            say.line("");
            if (passed) {
                say.line(String.format("passed in %.0f s", say.seconds()));
            }
            if (keep || !passed) {
                say.line("images and logs are left in " + directory);
            } else {
                delete(directory);
            }
        }
    }

    private static void delete(Path directory) throws IOException {
        List<Path> files;
        try (Stream<Path> list = Files.list(directory)) {
            files = list.toList();
        }
        for (Path file : files) {
            Files.delete(file);
        }
        Files.delete(directory);
    }
}
