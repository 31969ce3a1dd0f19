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

/**
 * Runs a daemon in the foreground. A signal ends the process: then nothing here returns, and the exit code tells whether
 * everything was stopped cleanly. The JVM's own would be 143.
 */
final class Serving {
    private Serving() {}

    /** What a daemon lives for. */
    @FunctionalInterface
    private interface Purpose {
        /** Returns when the daemon may end: the exit code if it ends well. */
        int await(List<String> uris) throws IOException, InterruptedException;
    }

    /** As the other, of what cannot be read again. */
    static int untilStopped(ServeConfig config, RunDirectory run, Consumer<List<String>> ready)
            throws IOException, InterruptedException {
        return untilStopped(new Daemon(run), config, ready);
    }

    /**
     * Serves until the last array is stopped, or the last client has left where the daemon ends with it.
     *
     * @param ready takes the URIs once clients can come
     */
    static int untilStopped(Daemon daemon, ServeConfig config, Consumer<List<String>> ready)
            throws IOException, InterruptedException {
        return serve(daemon, config, () -> {}, uris -> {
            ready.accept(uris);
            daemon.awaitEnd();
            return ExitCode.OK;
        });
    }

    /** Serves as long as a command runs: its exit code, unless that is 0 and something was not stopped cleanly. */
    static int whileRuns(Captive captive, Daemon daemon, ServeConfig config) throws IOException, InterruptedException {
        return serve(daemon, config, captive::end, captive::run);
    }

    /** @param first what is done first when a signal comes */
    private static int serve(Daemon daemon, ServeConfig config, Runnable first, Purpose purpose)
            throws IOException, InterruptedException {
        Thread onSignal = new Thread(() -> {
            try {
                first.run();
            } finally {
                Runtime.getRuntime().halt(close(daemon));
            }
        }, "on-signal");
        Runtime.getRuntime().addShutdownHook(onSignal);
        try {
            daemon.start(config);
            int exitCode;
            try {
                exitCode = purpose.await(daemon.uris());
            } catch (IOException | RuntimeException e) {
                close(daemon);
                throw e;
            }
            int closed = close(daemon);
            return exitCode == ExitCode.OK ? closed : exitCode;
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
