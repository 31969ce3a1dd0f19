package dev.ashlar.raid.parity;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.function.LongSupplier;

/**
 * Times operations on one stripe that stays in the caches: {@link #BLOCKS} data blocks of {@link #LENGTH_BYTES}. One
 * thread.
 */
final class SpeedProbe implements AutoCloseable {
    static final int BLOCKS = 6;
    static final int LENGTH_BYTES = 16 << 10;

    /** By the JVM's defaults code is compiled that was called 600 times and ran 15 000 times round its loops. */
    private static final int WARM_UP_CALLS = 1200;
    private static final int WARM_UP_BYTES = 2 << 10;
    private static final long WARM_UP_LIMIT_NANOS = 2_000_000_000L;
    private static final int FACTOR = 0x53;
    /** Blocks begin this much apart, so that they do not all compete for the same places of a cache. */
    private static final int STRIDE_BYTES = LENGTH_BYTES + 192;

    private final Arena arena = Arena.ofConfined();
    private final long[] blocks = new long[BLOCKS];
    private final long p;
    private final long q;
    private final long other;
    private final LongSupplier nanoClock;

    /** @param nanoClock {@link System#nanoTime} or the like */
    SpeedProbe(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        MemorySegment memory = arena.allocate((BLOCKS + 3L) * STRIDE_BYTES, 4096);
        Random random = new Random(6);
        for (long at = 0; at < memory.byteSize(); at += Long.BYTES) {
            memory.set(ValueLayout.JAVA_LONG, at, random.nextLong());
        }
        for (int e = 0; e < BLOCKS; e++) {
            blocks[e] = memory.address() + (long) e * STRIDE_BYTES;
        }
        p = memory.address() + (long) BLOCKS * STRIDE_BYTES;
        q = p + STRIDE_BYTES;
        other = q + STRIDE_BYTES;
    }

    /**
     * Brings the code of an operation to where it is compiled, or at least queued for it. Many calls for short blocks
     * count for more with the JVM than few for long ones, and cold vector code is so slow that it matters: a tenth of a
     * second instead of one.
     */
    void warmUp(Candidate candidate, ParityOperation operation) {
        long end = nanoClock.getAsLong() + WARM_UP_LIMIT_NANOS;
        for (int i = 0; i < WARM_UP_CALLS && nanoClock.getAsLong() - end < 0; i++) {
            run(candidate.kernels(), operation, WARM_UP_BYTES);
            if (candidate.inTest() != candidate.kernels()) {
                run(candidate.inTest(), operation, WARM_UP_BYTES);
            }
        }
    }

    /**
     * Runs an operation for some time, at least once.
     *
     * @return bytes of data blocks per nanosecond, so 10^9 bytes per second
     */
    double gigabytesPerSecond(Kernels kernels, ParityOperation operation, long nanos) {
        long calls = 0;
        int step = 1;
        long start = nanoClock.getAsLong();
        long took;
        do {
            for (int i = 0; i < step; i++) {
                run(kernels, operation, LENGTH_BYTES);
            }
            calls += step;
            took = nanoClock.getAsLong() - start;
            // Reading the clock must not count.
            step = took < nanos >>> 3 ? 2 * step : step;
        } while (took < nanos);
        return (double) calls * dataBytes(operation) / Math.max(1, took);
    }

    private static int dataBytes(ParityOperation operation) {
        return switch (operation) {
            case UPDATE, XOR, MULTIPLY_ADD -> LENGTH_BYTES;
            default -> BLOCKS * LENGTH_BYTES;
        };
    }

    private void run(Kernels kernels, ParityOperation operation, int lengthBytes) {
        switch (operation) {
            case GENERATE_P -> kernels.generate(blocks, BLOCKS, p, 0, lengthBytes);
            case GENERATE_PQ -> kernels.generate(blocks, BLOCKS, p, q, lengthBytes);
            case CHECK -> kernels.check(blocks, BLOCKS, p, q, lengthBytes);
            case UPDATE -> kernels.update(blocks[0], other, 3, p, q, lengthBytes);
            case RECOVER_FROM_P -> kernels.recoverFromP(blocks, BLOCKS, p, 1, lengthBytes);
            case RECOVER_FROM_Q -> kernels.recoverFromQ(blocks, BLOCKS, p, q, 1, lengthBytes);
            case RECOVER_PAIR -> kernels.recoverPair(blocks, BLOCKS, p, q, 1, BLOCKS - 2, lengthBytes);
            case XOR -> kernels.xor(blocks[0], other, lengthBytes);
            case MULTIPLY_ADD -> kernels.multiplyAdd(FACTOR, blocks[0], other, lengthBytes);
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
