package dev.ashlar.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A shell command that a daemon lives for: it finds the first URI in {@code $uri} and {@code $ASHLAR_URI}, and all in
 * {@code $ASHLAR_URIS}, a line each.
 *
 * <p>One thread runs it; another may end it.
 */
final class Captive {
    private static final long GRACE_SECONDS = 10;

    private final String command;
    private Process process;
    private boolean ended;

    /** @param command for {@code sh -c} */
    Captive(String command) {
        this.command = command;
    }

    /** A private place for the socket of a daemon that was given no address. Its owner removes it. */
    static Path directory() throws IOException {
        return Files.createTempDirectory("ashlar-captive-");
    }

    /** Runs the command to its end: its exit code, or 128 and the number of the signal that ended it. */
    int run(List<String> uris) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", command).inheritIO();
        builder.environment().put("uri", uris.getFirst());
        builder.environment().put("ASHLAR_URI", uris.getFirst());
        builder.environment().put("ASHLAR_URIS", String.join("\n", uris));
        Process started;
        synchronized (this) {
            if (ended) {
                throw new IOException("told to end before the command was started");
            }
            process = builder.start();
            started = process;
        }
        return started.waitFor();
    }

    /** Ends the command and what it has started, and waits for that. */
    void end() {
        Process running;
        synchronized (this) {
            ended = true;
            running = process;
        }
        if (running == null) {
            return;
        }
        List<ProcessHandle> started = running.descendants().toList();
        running.destroy();
        started.forEach(ProcessHandle::destroy);
        try {
            if (!running.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
                running.destroyForcibly();
                started.forEach(ProcessHandle::destroyForcibly);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
