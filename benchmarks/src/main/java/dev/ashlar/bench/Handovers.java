package dev.ashlar.bench;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The state of a process that has run for a while: the operations of parity that were called so far have been handed
 * over to the kernels that are fastest here. A thread in the background does that, and ends when it has no more to do.
 */
public final class Handovers {
    private static final String THREAD = "parity-handover";
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    /** In seconds; a test of benchmarks has none. */
    private static final String PATIENCE = "ashlar.bench.patience";
    private static final int USUAL_PATIENCE = 60;

    private Handovers() {}

    /** Waits for that state, or for a minute: what has not been handed over by then counts as it is. */
    public static void await() {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Integer.getInteger(PATIENCE, USUAL_PATIENCE));
        while (System.nanoTime() < end && atWork()) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private static boolean atWork() {
        return Thread.getAllStackTraces().keySet().stream().anyMatch(thread -> handsOver(thread.getName()));
    }

    /** Whether that is the thread that hands over. */
    static boolean handsOver(String threadName) {
        return threadName.equals(THREAD);
    }
}
