package dev.ashlar.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Tells somebody who waits at a terminal what is waited for. */
final class Patience {
    private static final Duration SILENT = Duration.ofSeconds(1);

    private Patience() {}

    /** Something that may take a while. */
    @FunctionalInterface
    interface Wait<T> {
        /** Does it. */
        T call() throws IOException;
    }

    /** Does what may take a while; after a second without its end, says what is waited for. */
    static <T> T call(PrintWriter err, String what, Wait<T> wait) throws IOException {
        return call(err, what, SILENT, wait);
    }

    /** @param silent how long nothing is said */
    static <T> T call(PrintWriter err, String what, Duration silent, Wait<T> wait) throws IOException {
        CountDownLatch ended = new CountDownLatch(1);
        Thread talker = Thread.startVirtualThread(() -> {
            if (!await(ended, silent)) {
                err.println(what + " ...");
                err.flush();
            }
        });
        try {
            return wait.call();
        } finally {
            ended.countDown();
            join(talker);
        }
    }

    private static boolean await(CountDownLatch ended, Duration silent) {
        try {
            return ended.await(silent.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            return true;
        }
    }

    /** So that nothing is said after the end. */
    private static void join(Thread talker) {
        try {
            talker.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
