package dev.ashlar.cli;

import dev.ashlar.cli.control.RunDirectory;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.result.Failures;
import dev.ashlar.cli.serve.Daemon;
import dev.ashlar.cli.serve.ServeConfig;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/** Runs a daemon in the foreground. */
final class Serving {
    private Serving() {}

    /** As the other, of what cannot be read again. */
    static int untilStopped(ServeConfig config, RunDirectory run, Consumer<List<String>> ready)
            throws IOException, InterruptedException {
        return untilStopped(new Daemon(run), config, ready);
    }

    /**
     * Serves until the last array is stopped, or a signal ends the process: then this does not return, and the exit
     * code tells whether everything was stopped cleanly. The JVM's own would be 143.
     *
     * @param ready takes the URIs once clients can come
     */
    static int untilStopped(Daemon daemon, ServeConfig config, Consumer<List<String>> ready)
            throws IOException, InterruptedException {
        Thread onSignal = new Thread(() -> Runtime.getRuntime().halt(close(daemon)), "on-signal");
        Runtime.getRuntime().addShutdownHook(onSignal);
        try {
            daemon.start(config);
            ready.accept(daemon.uris());
            daemon.awaitEnd();
            return close(daemon);
        } finally {
            removeHook(onSignal);
        }
    }

    /** Once a signal has come, the hook ends the process, and nothing may end it sooner. */
    private static void removeHook(Thread hook) throws InterruptedException {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            new CountDownLatch(1).await();
        }
    }

    private static int close(Daemon daemon) {
        try {
            daemon.close();
            return ExitCode.OK;
        } catch (IOException e) {
            System.err.println("ashlar serve: " + Failures.sentence(e));
            return ExitCode.IO_ERROR;
        }
    }
}
