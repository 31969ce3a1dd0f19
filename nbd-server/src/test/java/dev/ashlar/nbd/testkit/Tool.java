package dev.ashlar.nbd.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program of the system that tests run against the server. */
public record Tool(String name, String debianPackage) {
    private static final long LIMIT_SECONDS = 120;

    /** How a run ended, and what it printed on both streams. */
    public record Result(int exitCode, String output) {}

    /** Skips the test, naming the tool, when it is not installed. */
    public Tool orSkip() {
        boolean installed = Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(dir -> Files.isExecutable(Path.of(dir, name)));
        assumeTrue(installed, () -> name + " is not installed; Debian has it in " + debianPackage);
        return this;
    }

    /** As {@link #orSkip()}, and skips also when the tool is there but this does not work. */
    public Tool orSkip(Path dir, String... trial) throws IOException, InterruptedException {
        orSkip();
        Result result = tryRun(dir, trial);
        assumeTrue(result.exitCode() == 0, () -> name + " does not work here: " + result.output());
        return this;
    }

    /** Runs the tool in {@code dir} and fails unless it succeeds: what it printed. */
    public String run(Path dir, String... arguments) throws IOException, InterruptedException {
        Result result = tryRun(dir, arguments);
        assertThat(result.exitCode()).as("%s %s: %s", name, List.of(arguments), result.output()).isZero();
        return result.output();
    }

    /** Runs the tool in {@code dir}. */
    public Result tryRun(Path dir, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(arguments));
        command.addFirst(name);
        Path output = Files.createTempFile(dir, name, ".out");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(dir.toFile())
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        // The distribution's tools find their modules with the distribution's interpreters.
        builder.environment().merge("PATH", "/usr/bin:/bin", (path, own) -> own + File.pathSeparator + path);
        Process process = builder.start();
        try {
            boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
            assertThat(ended).as("%s ends: %s", command, Files.readString(output)).isTrue();
            return new Result(process.exitValue(), Files.readString(output));
        } finally {
            process.destroyForcibly();
        }
    }
}
