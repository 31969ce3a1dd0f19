package dev.ashlar.raid.sync;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Runs the units of a pass, several at once where that is wanted: one thread reads the members in turn, and leaves all but
 * one of them, and the other processors, without work. Units are begun in their order. Used by one thread.
 */
public final class SyncWorkers {
    private static final ExecutorService THREADS = Executors.newCachedThreadPool(
            Thread.ofPlatform().name("ashlar-sync-", 0).daemon().factory());

    private final int most;
    private int threads = 1;

    /** What is done with a unit; several threads may do it with different units. */
    @FunctionalInterface
    public interface Task {
        /** Does the unit. */
        void run(long unit) throws IOException;
    }

    /** @param most threads at once, the caller's own among them; at least 1 */
    public SyncWorkers(int most) {
        if (most < 1) {
            throw new IllegalArgumentException("most=" + most + " is not at least 1");
        }
        this.most = most;
    }

    /** Whether the next units are done by all threads, or by the caller's alone, as at first. */
    public void useAll(boolean all) {
        threads = all ? most : 1;
    }

    /**
     * Does the units {@code [from, to)} and returns when none is being done any more.
     *
     * @throws IOException the first failure met; units behind it may have been done or not
     */
    public void run(long from, long to, Task task) throws IOException {
        int helpers = (int) Math.min(threads, to - from) - 1;
        if (helpers < 1) {
            for (long unit = from; unit < to; unit++) {
                task.run(unit);
            }
            return;
        }
        Batch batch = new Batch(from, to, task, helpers);
        for (int i = 0; i < helpers; i++) {
            batch.askForHelp();
        }
        batch.work();
        batch.awaitHelpers();
        batch.throwFailure();
    }

    private static final class Batch {
        private final long to;
        private final Task task;
        private final AtomicLong next;
        private final CountDownLatch helping;
        private final AtomicReference<Throwable> failure = new AtomicReference<>();

        Batch(long from, long to, Task task, int helpers) {
            this.to = to;
            this.task = task;
            next = new AtomicLong(from);
            helping = new CountDownLatch(helpers);
        }

        /** Where the system gives no thread, the others do what there is. */
        void askForHelp() {
            try {
                THREADS.execute(this::help);
            } catch (OutOfMemoryError | RejectedExecutionException _) {
                helping.countDown();
            }
        }

        private void help() {
            try {
                work();
            } finally {
                helping.countDown();
            }
        }

        void work() {
            try {
                for (long unit = next.getAndIncrement(); unit < to && failure.get() == null;
                        unit = next.getAndIncrement()) {
                    task.run(unit);
                }
            } catch (Throwable e) {
                failure.compareAndSet(null, e);
            }
        }

        void awaitHelpers() {
            boolean interrupted = false;
            while (true) {
                try {
                    helping.await();
                    break;
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        void throwFailure() throws IOException {
            switch (failure.get()) {
                case null -> {}
                case IOException e -> throw e;
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                case Throwable e -> throw new IllegalStateException(e);
            }
        }
    }
}
