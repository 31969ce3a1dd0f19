package dev.ashlar.raid.bitmap;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * What memory knows of every bit: a word of flags below a count of writes under way. Every change is one atomic step on
 * one word, so any thread may call anything; which thread may make which step is {@link WriteIntentBitmap}'s rule.
 */
final class BitStates {
    /** The bit is a one in the image; members may or may not have it. Changed only under the disk lock. */
    static final int SET = 1;
    /** Every live member has the bit. Implies {@link #SET}; changed only under the disk lock. */
    static final int DURABLE = 1 << 1;
    /** Parity or copies of the chunk are not trusted. */
    static final int NEEDED = 1 << 2;
    /** Some member may lack what was written to the chunk. */
    static final int KEPT = 1 << 3;
    /** Something ended in the chunk since the last sweep. */
    static final int RECENT = 1 << 4;

    private static final int ONE_WRITE = 1 << 8;
    private static final int WRITES_MASK = -ONE_WRITE;
    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(int[].class);

    private final int[] words;
    private final AtomicIntegerArray neededByPage;
    private final AtomicInteger neededBits = new AtomicInteger();

    BitStates(int bits) {
        words = new int[bits];
        neededByPage = new AtomicIntegerArray(BitmapLayout.page(bits - 1) + 1);
    }

    int bits() {
        return words.length;
    }

    int pages() {
        return neededByPage.length();
    }

    /** One past the last bit of a page. */
    int endBit(int page) {
        return Math.min(words.length, BitmapLayout.firstBit(page + 1));
    }

    int get(int bit) {
        return (int) WORD.getVolatile(words, bit);
    }

    boolean has(int bit, int flags) {
        return (get(bit) & flags) != 0;
    }

    /** Whether some bit of {@code first} to {@code last} has the flag. */
    boolean anyHas(int first, int last, int flag) {
        for (int bit = first; bit <= last; bit++) {
            if (has(bit, flag)) {
                return true;
            }
        }
        return false;
    }

    boolean pending(int bit) {
        return (get(bit) & WRITES_MASK) != 0;
    }

    int neededBits() {
        return neededBits.get();
    }

    /** Counts a write in; says whether the bit was durable, which it then stays until the write is counted out. */
    boolean begin(int bit) {
        int before = (int) WORD.getAndAdd(words, bit, ONE_WRITE);
        if (before < 0) {
            WORD.getAndAdd(words, bit, -ONE_WRITE);
            throw new IllegalStateException("too many writes under way: bit=" + bit);
        }
        return (before & DURABLE) != 0;
    }

    /** Counts a write out that never reached a member. */
    void undoBegin(int bit) {
        WORD.getAndAdd(words, bit, -ONE_WRITE);
    }

    /** Counts a write out and leaves {@code flags} behind, in one step. */
    void end(int bit, int flags) {
        while (true) {
            int before = get(bit);
            if ((before & WRITES_MASK) == 0) {
                throw new IllegalStateException("endWrite without startWrite: bit=" + bit);
            }
            if (WORD.compareAndSet(words, bit, before, before - ONE_WRITE | flags)) {
                return;
            }
        }
    }

    /** Raises flags other than {@link #NEEDED}; returns the word before. */
    int raise(int bit, int flags) {
        return (int) WORD.getAndBitwiseOr(words, bit, flags);
    }

    /** Raises {@code flags} of the bits that have {@code where}, which must not change meanwhile. */
    void raiseWhere(int where, int first, int last, int flags) {
        for (int bit = first; bit <= last; bit++) {
            if (has(bit, where)) {
                raise(bit, flags);
            }
        }
    }

    /** Lowers flags other than {@link #NEEDED}; returns the word before. */
    int lower(int bit, int flags) {
        return (int) WORD.getAndBitwiseAnd(words, bit, ~flags);
    }

    /** Raises {@link #NEEDED}. The counts go up before and down after the word, so they never miss a needed bit. */
    void need(int bit) {
        neededBits.incrementAndGet();
        neededByPage.incrementAndGet(BitmapLayout.page(bit));
        if ((raise(bit, NEEDED) & NEEDED) != 0) {
            uncountNeeded(bit);
        }
    }

    private void uncountNeeded(int bit) {
        neededByPage.decrementAndGet(BitmapLayout.page(bit));
        neededBits.decrementAndGet();
    }

    /** {@link #NEEDED} gives way to {@link #RECENT}, so that the bit is cleared as after a write. */
    void synced(int bit) {
        while (true) {
            int before = get(bit);
            if ((before & NEEDED) == 0) {
                return;
            }
            if (WORD.compareAndSet(words, bit, before, before & ~NEEDED | RECENT)) {
                uncountNeeded(bit);
                return;
            }
        }
    }

    /** Whether a sweep may clear the bit: set, nothing under way or recent, and no reason to stay. */
    boolean clearable(int bit, boolean whole) {
        return clearableWord(get(bit), whole);
    }

    private static boolean clearableWord(int word, boolean whole) {
        int reasons = WRITES_MASK | NEEDED | RECENT | (whole ? 0 : KEPT);
        return (word & SET) != 0 && (word & reasons) == 0;
    }

    /**
     * Takes back a clearable bit: from now on a write that begins sees it not durable. False if it is in use by now.
     */
    boolean takeBack(int bit, boolean whole) {
        while (true) {
            int before = get(bit);
            if (!clearableWord(before, whole)) {
                return false;
            }
            if (WORD.compareAndSet(words, bit, before, before & ~(SET | DURABLE | KEPT))) {
                return true;
            }
        }
    }

    /** The first bit from {@code from} on that is not needed, or -1. */
    int nextUnneeded(int from) {
        for (int bit = from; bit < words.length; bit++) {
            if (!has(bit, NEEDED)) {
                return bit;
            }
        }
        return -1;
    }

    /** The first needed bit from {@code from} on, or -1. */
    int nextNeeded(int from) {
        return next(from, NEEDED, neededByPage);
    }

    /** The first bit from {@code from} on with {@code flag}, or -1; a page that counts none of them costs one step. */
    int next(int from, int flag, AtomicIntegerArray countByPage) {
        int page = from < words.length ? BitmapLayout.page(from) : pages();
        for (int bit = from; page < pages(); bit = BitmapLayout.firstBit(++page)) {
            int end = countByPage.get(page) == 0 ? bit : endBit(page);
            for (; bit < end; bit++) {
                if (has(bit, flag)) {
                    return bit;
                }
            }
        }
        return -1;
    }
}
