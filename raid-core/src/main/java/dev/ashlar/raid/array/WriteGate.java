package dev.ashlar.raid.array;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts writes under way, and lets none begin before the superblocks say "dirty".
 *
 * <p>Invariant: while a write is between {@link #enter} and {@link #exit}, the gate is open, and it was opened by a
 * superblock update that is durable. The writer counts itself first and looks at the gate after; whoever shuts the gate
 * shuts it first and looks at the counts after; both through volatile memory, so one of them sees the other.
 *
 * <p>Counts are spread over cells so that writers do not share a cache line. No lock and no allocation on the way through
 * an open gate.
 */
final class WriteGate {
    private static final int CELLS = 16;
    private static final int STRIDE = 16;

    private final AtomicLongArray started = new AtomicLongArray(CELLS * STRIDE);
    private final AtomicLongArray ended = new AtomicLongArray(CELLS * STRIDE);
    private volatile boolean open;

    /** Opens the gate: returns when it is open, or throws. */
    @FunctionalInterface
    interface Opener {
        void open() throws IOException;
    }

    WriteGate(boolean open) {
        this.open = open;
    }

    /** Counts a write in, opening the gate if need be. */
    void enter(Opener opener) throws IOException {
        while (true) {
            started.getAndIncrement(cell());
            if (open) {
                return;
            }
            exit();
            opener.open();
        }
    }

    /** Counts a write out; called by the thread that entered. */
    void exit() {
        ended.getAndIncrement(cell());
    }

    /** Writes begun since the start. */
    long startedCount() {
        return sum(started);
    }

    /** Whether no write is under way, if none begins. */
    boolean quiet() {
        return sum(ended) == sum(started);
    }

    boolean isOpen() {
        return open;
    }

    void open() {
        open = true;
    }

    /** Shuts the gate if no write has begun since {@code startedCount} was taken and none is under way. */
    boolean tryShut(long startedCount) {
        open = false;
        if (sum(started) == startedCount && sum(ended) == startedCount) {
            return true;
        }
        open = true;
        return false;
    }

    /** Lets nobody in any more; those inside may finish. {@code enter} then calls its opener, which is to throw. */
    void shut() {
        open = false;
    }

    private static int cell() {
        return ((int) Thread.currentThread().threadId() & CELLS - 1) * STRIDE;
    }

    private static long sum(AtomicLongArray cells) {
        long sum = 0;
        for (int i = 0; i < CELLS; i++) {
            sum += cells.get(i * STRIDE);
        }
        return sum;
    }

}
