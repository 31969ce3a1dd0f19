package dev.ashlar.block;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Which blocks of an overlay are its own: a bit for each. Bits are only ever set, by any thread, without a lock. Takes
 * 4 KiB for each {@link #PAGE_BLOCKS} blocks of which at least one is set, and a reference for the others.
 */
final class OverlayMap {
    private static final int WORDS = 512;
    private static final int PAGE_BLOCKS = WORDS * Long.SIZE;
    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

    private final long blocks;
    private final AtomicReferenceArray<long[]> pages;

    /** @param blocks how many there are */
    OverlayMap(long blocks) {
        this.blocks = blocks;
        this.pages = new AtomicReferenceArray<>(Math.toIntExact((blocks + PAGE_BLOCKS - 1) / PAGE_BLOCKS));
    }

    /** Whether the block is the overlay's own. */
    boolean isSet(long block) {
        long[] page = pages.get((int) (block / PAGE_BLOCKS));
        return page != null && (word(page, block) & 1L << block) != 0;
    }

    /** Makes the blocks from {@code first} up to and without {@code end} the overlay's own. */
    void set(long first, long end) {
        for (long block = first; block < end; block = (block | 63) + 1) {
            long bits = -1L << block;
            if (end <= (block | 63)) {
                bits &= ~(-1L << end);
            }
            long[] page = page((int) (block / PAGE_BLOCKS));
            int word = index(block);
            if (((long) WORD.getVolatile(page, word) & bits) != bits) {
                long _ = (long) WORD.getAndBitwiseOr(page, word, bits);
            }
        }
    }

    /** The end of the run of like blocks that begins with {@code block}, at most {@code limit}. */
    long runEnd(long block, long limit) {
        boolean set = isSet(block);
        long at = block + 1;
        while (at < limit) {
            long[] page = pages.get((int) (at / PAGE_BLOCKS));
            if (page == null) {
                if (set) {
                    return at;
                }
                at = (at / PAGE_BLOCKS + 1) * PAGE_BLOCKS;
                continue;
            }
            long other = (set ? ~word(page, at) : word(page, at)) & -1L << at;
            if (other != 0) {
                return Math.min((at & -64) + Long.numberOfTrailingZeros(other), limit);
            }
            at = (at | 63) + 1;
        }
        return Math.min(at, Math.min(limit, blocks));
    }

    private long[] page(int number) {
        long[] page = pages.get(number);
        if (page == null) {
            long[] fresh = new long[WORDS];
            page = pages.compareAndSet(number, null, fresh) ? fresh : pages.get(number);
        }
        return page;
    }

    private static long word(long[] page, long block) {
        return (long) WORD.getVolatile(page, index(block));
    }

    private static int index(long block) {
        return (int) (block % PAGE_BLOCKS / Long.SIZE);
    }
}
