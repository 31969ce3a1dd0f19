package dev.ashlar.nbd.transmission;

import dev.ashlar.nbd.protocol.Command;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What a connection has done, by command: requests answered and how long they took, errors, bytes.
 *
 * <p>One thread counts at a time, any thread reads; counting costs plain stores and allocates nothing. The numbers of
 * one request become visible one after the other, so a reader may miss a part of the newest.
 */
public final class ConnectionCounters {
    /** Commands are counted by their code; unknown ones as the one that has no reply. */
    static final int COMMANDS = Command.BLOCK_STATUS + 1;

    static final int UNKNOWN = Command.DISC;

    /**
     * Bounds of the latency buckets: 1 us, and twice as much for every further one, up to 17 s. What took longer is in
     * one more.
     */
    static final int BOUNDS = 25;

    private static final int LEAST_BOUND_NANOS = 1000;

    static final int ERRORS = 0;
    static final int BYTES = 1;
    static final int NANOS = 2;
    static final int BUCKETS = 3;
    static final int CELLS = BUCKETS + BOUNDS + 1;

    private final AtomicLongArray cells = new AtomicLongArray(COMMANDS * CELLS);

    /**
     * Counts a request that is answered.
     *
     * @param command its code, whatever that is
     * @param bytes payload moved between device and client, 0 where there is none or it failed
     * @param nanos from its arrival to its answer
     * @param failed whether the answer is an error
     */
    void served(int command, long bytes, long nanos, boolean failed) {
        int first = (command >= 0 && command < COMMANDS ? command : UNKNOWN) * CELLS;
        add(first + BUCKETS + bucket(nanos), 1);
        add(first + NANOS, Math.max(nanos, 0));
        if (bytes != 0) {
            add(first + BYTES, bytes);
        }
        if (failed) {
            add(first + ERRORS, 1);
        }
    }

    private void add(int cell, long amount) {
        cells.setRelease(cell, cells.getPlain(cell) + amount);
    }

    /** The first bucket whose bound is not below {@code nanos}. */
    static int bucket(long nanos) {
        long whole = Math.max(nanos - 1, 0) / LEAST_BOUND_NANOS;
        return Math.min(Long.SIZE - Long.numberOfLeadingZeros(whole), BOUNDS);
    }

    /** The bound of a bucket, which belongs to it. */
    static long boundNanos(int bucket) {
        return (long) LEAST_BOUND_NANOS << bucket;
    }

    /** One number of one command. */
    long get(int command, int cell) {
        return cells.getAcquire(command * CELLS + cell);
    }
}
