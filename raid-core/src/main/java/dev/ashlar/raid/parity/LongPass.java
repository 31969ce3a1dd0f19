package dev.ashlar.raid.parity;

import static dev.ashlar.raid.parity.Memory.ALL;
import static dev.ashlar.raid.parity.Scratch.TILE_LONGS;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * Loops over {@code long}s that the compiler turns into vectors by itself. Each long is eight field elements side by
 * side; doubling them is a shift, with the bits that crossed into the next byte taken out and the polynomial put in.
 *
 * <p>Sums are kept on the heap: {@code sums} holds the plain one at 0 and the weighted one at
 * {@link Scratch#TILE_LONGS}, {@code n} longs each. One array, because the compiler must know that what it writes is
 * not what it reads next; and native blocks only as sources, because those it tells from the array, but not from each
 * other. At most two blocks a loop: with three it gains nothing more, with four it gives up.
 */
final class LongPass {
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long POLYNOMIALS = 0x1d1d1d1d1d1d1d1dL;

    private LongPass() {}

    /** Eight products with g. A byte with its high bit set gives 0x7f, to mask the polynomial with. */
    static long twice(long a) {
        long high = a & HIGH_BITS;
        return (a & ~HIGH_BITS) << 1 ^ (high - (high >>> 7) & POLYNOMIALS);
    }

    /** Eight products with a constant, bit by bit of the constant from the highest down. */
    static long multiply(long a, long c7, long c6, long c5, long c4, long c3, long c2, long c1, long c0) {
        long product = twice(a & c7) ^ a & c6;
        product = twice(product) ^ a & c5;
        product = twice(product) ^ a & c4;
        product = twice(product) ^ a & c3;
        product = twice(product) ^ a & c2;
        product = twice(product) ^ a & c1;
        return twice(product) ^ a & c0;
    }

    /** All ones if that bit of a constant is set, else zero. */
    static long mask(int constant, int bit) {
        return -(constant >>> bit & 1L);
    }

    private static long get(long address, int i) {
        return ALL.get(JAVA_LONG_UNALIGNED, address + ((long) (i & Integer.MAX_VALUE) << 3));
    }

    static void first1(long[] sums, long a0, int n) {
        long d0 = a0 & Memory.ADDRESS_BITS;
        for (int i = 0; i < n; i++) {
            long x0 = get(d0, i);
            sums[i] = x0;
            sums[i + TILE_LONGS] = x0;
        }
    }

    static void first2(long[] sums, long a0, long a1, int n) {
        long d0 = a0 & Memory.ADDRESS_BITS;
        long d1 = a1 & Memory.ADDRESS_BITS;
        for (int i = 0; i < n; i++) {
            long x0 = get(d0, i);
            long x1 = get(d1, i);
            sums[i] = x0 ^ x1;
            sums[i + TILE_LONGS] = twice(x1) ^ x0;
        }
    }

    static void next2(long[] sums, long a0, long a1, int n) {
        long d0 = a0 & Memory.ADDRESS_BITS;
        long d1 = a1 & Memory.ADDRESS_BITS;
        for (int i = 0; i < n; i++) {
            long x0 = get(d0, i);
            long x1 = get(d1, i);
            sums[i] ^= x0 ^ x1;
            sums[i + TILE_LONGS] = twice(twice(sums[i + TILE_LONGS]) ^ x1) ^ x0;
        }
    }

    /** The plain sum alone. */
    static void set2(long[] sums, long a0, long a1, int n) {
        long d0 = a0 & Memory.ADDRESS_BITS;
        long d1 = a1 & Memory.ADDRESS_BITS;
        for (int i = 0; i < n; i++) {
            sums[i] = get(d0, i) ^ get(d1, i);
        }
    }

    /** The plain sum alone. */
    static void add2(long[] sums, long a0, long a1, int n) {
        long d0 = a0 & Memory.ADDRESS_BITS;
        long d1 = a1 & Memory.ADDRESS_BITS;
        for (int i = 0; i < n; i++) {
            sums[i] ^= get(d0, i) ^ get(d1, i);
        }
    }

    /** Adds one block to one of the sums: {@code from} is 0 or {@link Scratch#TILE_LONGS}. */
    static void add1(long[] sums, int from, long a0, int n) {
        long d0 = a0 & Memory.ADDRESS_BITS;
        for (int i = 0; i < n; i++) {
            sums[i + from] ^= get(d0, i);
        }
    }

    /** The weighted sum becomes {@code c} times one of the sums. */
    static void scale(long[] sums, int from, int c, int n) {
        long c7 = mask(c, 7);
        long c6 = mask(c, 6);
        long c5 = mask(c, 5);
        long c4 = mask(c, 4);
        long c3 = mask(c, 3);
        long c2 = mask(c, 2);
        long c1 = mask(c, 1);
        long c0 = mask(c, 0);
        for (int i = 0; i < n; i++) {
            sums[i + TILE_LONGS] = multiply(sums[i + from], c7, c6, c5, c4, c3, c2, c1, c0);
        }
    }

    /** The plain sum is added to the weighted one, or the other way round. */
    static void addOther(long[] sums, int to, int n) {
        int from = TILE_LONGS - to;
        for (int i = 0; i < n; i++) {
            sums[i + to] ^= sums[i + from];
        }
    }

    /** Whether one of the sums is anything but zeroes. */
    static boolean anySet(long[] sums, int from, int n) {
        long any = 0;
        for (int i = 0; i < n; i++) {
            any |= sums[i + from];
        }
        return any != 0;
    }

    /** Copies one of the sums out. */
    static void put(long[] sums, int from, long target, int n) {
        MemorySegment.copy(sums, from, ALL, JAVA_LONG_UNALIGNED, target, n);
    }
}
