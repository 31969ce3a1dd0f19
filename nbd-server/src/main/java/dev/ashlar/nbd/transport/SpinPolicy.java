package dev.ashlar.nbd.transport;

import java.util.concurrent.TimeUnit;

/**
 * Whether to wait for the next bytes awake. A processor that was let go takes tens of microseconds to come back, which
 * is most of the latency of a client that sends one request at a time; a thread that spins for nothing takes the
 * processor away from others. So a spin is tried only after a run of short waits, and every failure makes the next run longer.
 *
 * <p>Pure bookkeeping: the caller measures and waits. Used by one thread.
 */
final class SpinPolicy {
    /** How long one spin lasts at most. */
    static final long SPIN_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

    /** A wait shorter than this could have been spun through, the time to wake up taken off. */
    static final long SHORT_WAIT_NANOS = TimeUnit.MICROSECONDS.toNanos(150);

    private static final int LEAST_RUN = 16;
    private static final int LONGEST_RUN = 1 << 14;
    /** So many spins in a row that paid off make up for earlier failures. */
    private static final int TRUSTED_HITS = 256;

    private int run;
    private int neededRun = LEAST_RUN;
    private int hits;

    /** Whether the next wait begins with a spin. */
    boolean spins() {
        return run >= neededRun;
    }

    /** The last wait was for so many requests. A client that sends several at a time does not wait for each. */
    void brought(int requests) {
        if (requests > 1) {
            run = 0;
        }
    }

    /** A wait without spin took so long. */
    void waited(long nanos) {
        run = nanos <= SHORT_WAIT_NANOS ? Math.min(run + 1, LONGEST_RUN) : 0;
    }

    /** A spin met bytes. */
    void hit() {
        if (++hits == TRUSTED_HITS) {
            neededRun = LEAST_RUN;
            run = Math.max(run, neededRun);
            hits = 0;
        }
    }

    /** A spin met nothing. */
    void missed() {
        run = 0;
        hits = 0;
        neededRun = Math.min(neededRun * 2, LONGEST_RUN);
    }
}
