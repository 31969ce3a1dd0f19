package dev.ashlar.cli.demo;

import dev.ashlar.cli.result.CommandFailure;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.show.Sizes;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;

/** What the demo shows: steps, the commands it runs and what they print, and how long the rest takes. */
final class Transcript {
    private final PrintWriter out;
    private final Verbs verbs;
    private final String directory;
    private final long startedNanos = System.nanoTime();
    private int steps;

    /** Work that is timed. */
    @FunctionalInterface
    interface Work<T> {
        T get() throws IOException, InterruptedException;
    }

    /** Runs the verbs that the transcript shows. */
    @FunctionalInterface
    interface Verbs {
        /** Runs one as the command line would; its exit code. */
        int run(String... arguments);
    }

    /**
     * @param directory shown as {@code $D} in commands, which are read more easily so
     */
    Transcript(PrintWriter out, Verbs verbs, Path directory) {
        this.out = out;
        this.verbs = verbs;
        this.directory = directory.toString();
    }

    /** Begins the next step. */
    void step(String what) {
        line("");
        line(String.format(Locale.ROOT, "[%4.1f s] %d. %s", seconds(startedNanos), ++steps, what));
    }

    /** One line of output. */
    void line(String text) {
        out.println(text);
        out.flush();
    }

    /** Shows a command that is run in another way. */
    void command(String... arguments) {
        line("$ ashlar " + String.join(" ", arguments).replace(directory, "$D"));
    }

    /** Runs a verb as the command line would, and fails unless it ends as it should. */
    void run(int expectedExitCode, String... arguments) throws CommandFailure {
        command(arguments);
        int exitCode = verbs.run(arguments);
        require(exitCode == expectedExitCode, "ashlar " + arguments[0] + " ended with exit code " + exitCode + ", not "
                + expectedExitCode);
    }

    /** Does the work and says how fast it was. */
    <T> T timed(long bytes, Work<T> work) throws IOException, InterruptedException {
        long start = System.nanoTime();
        T result = work.get();
        double seconds = seconds(start);
        line(String.format(Locale.ROOT, "%s in %.1f s, %s/s", Sizes.format(bytes), seconds,
                Sizes.format((long) (bytes / seconds))));
        return result;
    }

    /** Ends the demo unless the condition holds. */
    void require(boolean condition, String otherwise) throws CommandFailure {
        if (!condition) {
            throw new CommandFailure(ExitCode.DEGRADED, otherwise);
        }
    }

    /** Seconds since the demo began. */
    double seconds() {
        return seconds(startedNanos);
    }

    private static double seconds(long sinceNanos) {
        return (System.nanoTime() - sinceNanos) / 1e9;
    }
}
