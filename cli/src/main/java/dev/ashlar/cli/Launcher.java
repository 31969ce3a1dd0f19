package dev.ashlar.cli;

import dev.ashlar.cli.result.CommandFailure;
import dev.ashlar.cli.result.ExitCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The script that started this JVM. */
final class Launcher {
    private static final String COMPUTING = "ASHLAR_COMPUTING";

    private Launcher() {}

    /**
     * Its absolute path; the checkout is the directory it lies in.
     *
     * @throws CommandFailure if the JVM was started in another way
     */
    static Path path() throws CommandFailure {
        String path = System.getProperty("ashlar.launcher");
        if (path == null) {
            throw new CommandFailure(ExitCode.MISSING_TOOL, "this verb needs the launcher script ashlar of a checkout");
        }
        return Path.of(path);
    }

    /**
     * Whether this JVM was started to be quick and not to compute: without the Vector API's module, which takes long to
     * load and makes the JVM print a warning, and without its best compiler.
     */
    static boolean startedSmall() {
        return System.getProperty("ashlar.launcher") != null && System.getenv(COMPUTING) == null;
    }

    /** Runs the same command in a JVM that computes well; its exit code. */
    static int runComputing(List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(path().toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment().put(COMPUTING, "1");
        builder.environment().put("ASHLAR_NO_BUILD", "1");
        return builder.start().waitFor();
    }
}
