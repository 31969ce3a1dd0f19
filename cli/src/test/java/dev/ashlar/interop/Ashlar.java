package dev.ashlar.interop;

import static java.util.stream.Collectors.joining;

import dev.ashlar.testing.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * The command {@code ashlar} as child processes, with control endpoints in a directory of their own.
 *
 * <p>The commands run the classes of this test run, because the launcher would build what Maven is building just now;
 * {@code -Dashlar.test.launcher=/path/to/ashlar} runs that launcher instead. Java's options are those it gives to a
 * daemon.
 */
final class Ashlar {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private final Path runtimeDirectory;

    /** @param runtimeDirectory for {@code XDG_RUNTIME_DIR} */
    Ashlar(Path runtimeDirectory) {
        this.runtimeDirectory = runtimeDirectory;
    }

    /** Starts a command that goes on. */
    Child start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(launcher());
        command.addAll(Arrays.asList(arguments));
        String name = "ashlar " + arguments[0];
        return Child.start(name, command, Map.of("XDG_RUNTIME_DIR", runtimeDirectory.toString()));
    }

    private static List<String> launcher() {
        String launcher = System.getProperty("ashlar.test.launcher");
        if (launcher != null) {
            return List.of(launcher);
        }
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "dev.ashlar.cli.Main");
    }

    /**
     * Runs a command to its end.
     *
     * @return what it printed, without what the JVM has to say
     * @throws AssertionError unless it ended with this exit status
     */
    String run(int exitStatus, String... arguments) throws IOException, InterruptedException {
        try (Child child = start(arguments)) {
            int status = child.await(LIMIT);
            if (status != exitStatus) {
                throw new AssertionError("ashlar " + String.join(" ", arguments) + ": exit status " + status
                        + " instead of " + exitStatus + "; it said:\n" + child.said());
            }
            return child.said().lines()
                    .filter(line -> !line.startsWith("WARNING: Using incubator"))
                    .collect(joining("\n"));
        }
    }

    /** What {@code ashlar detail --json} says about an array. */
    Json detail(String array) throws IOException, InterruptedException {
        try (Child child = start("detail", array, "--json")) {
            int status = child.await(LIMIT);
            String said = child.said();
            int begin = said.indexOf('{');
            if (status > 1 || begin < 0) {
                throw new AssertionError("ashlar detail: exit status " + status + "; it said:\n" + said);
            }
            return Json.parse(said.substring(begin));
        }
    }

    /** Asks for details again and again until they are as wanted. */
    Json awaitDetail(String array, String what, Predicate<Json> wanted, Duration timeout)
            throws IOException, InterruptedException {
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        Json detail = detail(array);
        while (!wanted.test(detail)) {
            if (System.nanoTime() > deadlineNanos) {
                throw new AssertionError("after " + timeout + " not " + what + ": " + detail);
            }
            LockSupport.parkNanos(POLL_NANOS);
            detail = detail(array);
        }
        return detail;
    }
}
