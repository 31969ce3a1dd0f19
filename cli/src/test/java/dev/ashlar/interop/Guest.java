package dev.ashlar.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Assumptions;

/**
 * One run of {@code scripts/vm/guest-run}: a script under a real Linux kernel, and the lines it prints. Closing it ends
 * every process of the run.
 */
final class Guest implements AutoCloseable {
    private static final int SETUP_FAILED = 3;

    private final Process process;
    private final Duration limit;
    private final List<String> lines = new ArrayList<>();
    private final Thread reader;
    private boolean ended;

    private Guest(Process process, Duration limit) {
        this.process = process;
        this.limit = limit;
        this.reader = Thread.ofVirtual().name("guest-output").start(this::readLines);
    }

    /**
     * Boots a guest.
     *
     * @param limit how long it may run, its boot included; it is stopped then
     * @param options options of guest-run, without {@code --timeout}
     * @param script the script of {@code scripts/vm} which the guest runs
     */
    static Guest start(Duration limit, List<String> options, String script, List<String> arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Tools.script("guest-run").toString());
        command.addAll(List.of("--timeout", Long.toString(limit.toSeconds())));
        command.addAll(options);
        command.addAll(List.of("--script", Tools.script(script).toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        return new Guest(builder.start(), limit);
    }

    /** Waits for the end of the script and gives its exit status. Skips the test if no guest can be made here. */
    int await() throws InterruptedException {
        if (!process.waitFor(limit.plusMinutes(2).toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("the guest did not end in time; it said:\n" + said());
        }
        reader.join(Duration.ofSeconds(10));
        int status = process.exitValue();
        Assumptions.assumeTrue(status != SETUP_FAILED, () -> "no guest kernel here: " + said());
        return status;
    }

    /** Waits until the guest has printed a line that is exactly this. */
    void awaitLine(String wanted, Duration timeout) throws InterruptedException {
        await("the line " + wanted, line -> line.equals(wanted), timeout);
    }

    /** All that was printed so far. */
    synchronized String said() {
        return String.join("\n", lines);
    }

    private synchronized void await(String what, Predicate<String> wanted, Duration timeout)
            throws InterruptedException {
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        while (lines.stream().noneMatch(wanted)) {
            long leftMillis = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
            if (ended || leftMillis <= 0) {
                String why = ended ? "the guest ended without " : "after " + timeout + " there was not ";
                throw new AssertionError(why + what + "; it said:\n" + said());
            }
            wait(leftMillis);
        }
    }

    private void readLines() {
        try (BufferedReader output = process.inputReader()) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                add(line);
            }
        } catch (IOException e) {
            add("(output lost: " + e.getMessage() + ")");
        }
        synchronized (this) {
            ended = true;
            notifyAll();
        }
    }

    private synchronized void add(String line) {
        lines.add(line);
        notifyAll();
    }

    /** Ends the run if it still goes on. guest-run removes its own files when it is told to end. */
    @Override
    public void close() {
        Processes.end(process);
    }
}
