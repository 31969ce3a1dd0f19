package dev.ashlar.bench.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/**
 * Stripes of random data blocks in anonymous native memory, with room for P, Q and two spare blocks each. Blocks begin
 * at multiples of 4096 where {@code gapBytes} is 0, and at multiples of 64 anyway.
 *
 * <p>Belongs to one thread. Closing frees the memory.
 */
final class Stripes implements AutoCloseable {
    /** What stripes fill that are to come from memory. */
    static final long MEMORY_BYTES = 512L << 20;

    /** P, Q and two spare ones. */
    private static final int MORE_BLOCKS = 4;
    private static final int PAGE_BYTES = 4096;
    private static final long RANDOM_BYTES = 4 << 20;

    private final Arena arena = Arena.ofConfined();
    private final long base;
    private final long stepBytes;
    private final int dataBlocks;
    private final int lengthBytes;
    private final int count;

    /** @param gapBytes left free behind each block, a multiple of 64 */
    Stripes(int dataBlocks, int lengthBytes, int gapBytes, Place place) {
        if (gapBytes % 64 != 0) {
            throw new IllegalArgumentException("gapBytes=" + gapBytes + " is no multiple of 64");
        }
        this.dataBlocks = dataBlocks;
        this.lengthBytes = lengthBytes;
        stepBytes = Math.ceilDiv(lengthBytes, PAGE_BYTES) * (long) PAGE_BYTES + gapBytes;
        long used = (long) dataBlocks * lengthBytes;
        count = place == Place.CACHE ? 1 : (int) Math.ceilDiv(MEMORY_BYTES, used);
        MemorySegment all = arena.allocate(count * (dataBlocks + MORE_BLOCKS) * stepBytes, PAGE_BYTES);
        fill(all);
        base = all.address();
    }

    private static void fill(MemorySegment all) {
        SplittableRandom random = new SplittableRandom(all.byteSize());
        long first = Math.min(RANDOM_BYTES, all.byteSize());
        for (long at = 0; at + Long.BYTES <= first; at += Long.BYTES) {
            all.set(ValueLayout.JAVA_LONG, at, random.nextLong());
        }
        for (long at = first; at < all.byteSize(); at += first) {
            MemorySegment.copy(all, 0, all, at, Math.min(first, all.byteSize() - at));
        }
    }

    /** How many stripes there are. */
    int count() {
        return count;
    }

    int dataBlocks() {
        return dataBlocks;
    }

    int lengthBytes() {
        return lengthBytes;
    }

    /** Address of a data block, or of one of those behind them. */
    long block(int stripe, int block) {
        return base + ((long) stripe * (dataBlocks + MORE_BLOCKS) + block) * stepBytes;
    }

    long p(int stripe) {
        return block(stripe, dataBlocks);
    }

    long q(int stripe) {
        return block(stripe, dataBlocks + 1);
    }

    /** A block that belongs to nothing; the one behind it does not either. */
    long spare(int stripe) {
        return block(stripe, dataBlocks + 2);
    }

    /** Data blocks by exponent. */
    long[] dataBlocks(int stripe) {
        long[] blocks = new long[dataBlocks];
        for (int block = 0; block < dataBlocks; block++) {
            blocks[block] = block(stripe, block);
        }
        return blocks;
    }

    /** Native memory for what a coder needs beside the blocks, zeroed, as long as the stripes live. */
    MemorySegment allocate(long bytes) {
        return arena.allocate(Math.max(64, bytes), 64);
    }

    @Override
    public void close() {
        arena.close();
    }
}
