package dev.ashlar.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Runs the small verbs once, so that the JVM can write down what they load: the launcher's build makes the AOT cache of
 * it. Not a verb.
 */
final class Training {
    private Training() {}

    /** Works in a temporary directory; what the verbs print is of no interest. */
    public static void main(String[] arguments) throws IOException {
        Path directory = Files.createTempDirectory("ashlar-training");
        try {
            train(directory);
        } finally {
            try (Stream<Path> files = Files.list(directory)) {
                files.forEach(file -> file.toFile().delete());
            }
            Files.delete(directory);
        }
    }

    private static void train(Path directory) {
        List<String> members =
                IntStream.range(0, 4).mapToObj(role -> directory.resolve("m" + role).toString()).toList();
        run(Stream.concat(Stream.of("create", "training", "--level=6", "--member-size=64M"), members.stream()));
        run(Stream.concat(Stream.of("examine"), members.stream()));
        run(Stream.of("examine", "--json", members.getFirst()));
        run(Stream.of("detail", members.getFirst()));
        run(Stream.of("detail", "--json", "training", "--scan=" + directory));
        run(Stream.of("status"));
        run(Stream.of("status", "training", "--scan=" + directory));
        run(Stream.of("assemble", "--scan=" + directory));
        run(Stream.of("--help"));
        run(Stream.of("create", "--help"));
        run(Stream.of("create"));
    }

    private static void run(Stream<String> arguments) {
        PrintWriter out = new PrintWriter(System.out, true);
        PrintWriter err = new PrintWriter(System.err, true);
        int exitCode = Main.run(out, err, arguments.toArray(String[]::new));
        out.println("exit code " + exitCode);
    }
}
