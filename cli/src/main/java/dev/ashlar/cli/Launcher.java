package dev.ashlar.cli;

import dev.ashlar.cli.result.CommandFailure;
import dev.ashlar.cli.result.ExitCode;
import java.nio.file.Path;

/** The script that started this JVM. */
final class Launcher {
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
}
