package dev.ashlar.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A child process and the lines it prints, on either stream. Closing it ends the process and its descendants.
 * Thread-safe.
 */
final class Child implements AutoCloseable {
    private static final Duration LAST_LINES = Duration.ofSeconds(10);

    private final String name;
    private final Process process;
    private final List<String> lines = new ArrayList<>();
    private final Thread reader;
    private boolean ended;

    private Child(String name, Process process) {
        this.name = name;
        this.process = process;
        this.reader = Thread.ofVirtual().name(name + "-output").start(this::readLines);
    }

    /**
     * Starts a process with an empty standard input.
     *
     * @param name what messages call it
     * @param environment added to that of this process
     */
    static Child start(String name, List<String> command, Map<String, String> environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.redirectInput(Path.of("/dev/null").toFile());
        builder.environment().putAll(environment);
        return new Child(name, builder.start());
    }

    /** Waits for the process's end and gives its exit status. */
    int await(Duration timeout) throws InterruptedException {
        if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError(name + " did not end within " + timeout + "; it said:\n" + said());
        }
        reader.join(LAST_LINES);
        return process.exitValue();
    }

    /** Waits until the process has printed a line of this kind, and gives the first one. */
    synchronized String awaitLine(String kind, Predicate<String> wanted, Duration timeout) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        while (true) {
            Optional<String> line = lines.stream().filter(wanted).findFirst();
            if (line.isPresent()) {
                return line.get();
            }
            long leftMillis = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
            if (ended || leftMillis <= 0) {
                throw new AssertionError(name + (ended ? " ended" : " ran " + timeout) + " without " + kind
                        + "; it said:\n" + said());
            }
            wait(leftMillis);
        }
    }

    /** How many lines of this kind were printed so far. */
    synchronized int count(Predicate<String> wanted) {
        return (int) lines.stream().filter(wanted).count();
    }

    /** All that was printed so far. */
    synchronized String said() {
        return String.join("\n", lines);
    }

    /** Asks the process to end, as SIGTERM does. */
    void terminate() {
        process.destroy();
    }

    /** Ends the process as a crash would, and waits until it and its output are at an end. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        await(LAST_LINES);
    }

    private void readLines() {
        try (BufferedReader output = process.inputReader()) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                add(line);
            }
        } catch (IOException e) {
            add("(output lost: " + e.getMessage() + ")");
        }
        end();
    }

    private synchronized void add(String line) {
        lines.add(line);
        notifyAll();
    }

    private synchronized void end() {
        ended = true;
        notifyAll();
    }

    /** Ends the process if it still runs, with a time of grace, and what is left of its descendants. */
    @Override
    public void close() {
        Processes.end(process);
    }
}
