package dev.ashlar.raid.parity;

import static dev.ashlar.raid.parity.Memory.ALL;
import static dev.ashlar.raid.parity.Scratch.TILE_LONGS;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * Loops over {@code long}s that the compiler turns into vectors by itself. Each long is eight field elements side by
 * side; doubling them is a shift, with the bits that crossed into the next byte taken out and the polynomial put in.
 *
 * <p>Sums are kept on the heap, {@code n} longs each, the plain one at {@link #PLAIN}, the weighted one at
 * {@link #WEIGHTED} and the last product at {@link #PRODUCT}. What the loops must be for the compiler:
 * <ul>
 * <li>One array at fixed distances, because it must know that what a loop writes is not what it reads next; native
 *     memory only as a source, because that it tells from the array, but not from other native memory.
 * <li>A visible bound of {@code n}, so that no index can overflow.
 * <li>Small: two doublings. With three nothing is gained, with four it gives up.
 * </ul>
 */
final class LongPass {
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long POLYNOMIALS = 0x1d1d1d1d1d1d1d1dL;

    /** Where the sums begin. */
    static final int PLAIN = 0;
    static final int WEIGHTED = TILE_LONGS;
    static final int PRODUCT = 2 * TILE_LONGS;

    private LongPass() {}

    /** Eight products with g. A byte with its high bit set gives 0x7f, to mask the polynomial with. */
    static long twice(long a) {
        long high = a & HIGH_BITS;
        return (a & ~HIGH_BITS) << 1 ^ (high - (high >>> 7) & POLYNOMIALS);
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
        int end = Math.min(n, TILE_LONGS);
        for (int i = 0; i < end; i++) {
            long x0 = get(d0, i);
            sums[i] = x0;
            sums[i + WEIGHTED] = x0;
        }
    }

    static void first2(long[] sums, long a0, long a1, int n) {
        long d0 = a0 & Memory.ADDRESS_BITS;
        long d1 = a1 & Memory.ADDRESS_BITS;
        int end = Math.min(n, TILE_LONGS);
        for (int i = 0; i < end; i++) {
            long x0 = get(d0, i);
            long x1 = get(d1, i);
            sums[i] = x0 ^ x1;
            sums[i + WEIGHTED] = twice(x1) ^ x0;
        }
    }

    static void next2(long[] sums, long a0, long a1, int n) {
        long d0 = a0 & Memory.ADDRESS_BITS;
        long d1 = a1 & Memory.ADDRESS_BITS;
        int end = Math.min(n, TILE_LONGS);
        for (int i = 0; i < end; i++) {
            long x0 = get(d0, i);
            long x1 = get(d1, i);
            sums[i] ^= x0 ^ x1;
            sums[i + WEIGHTED] = twice(twice(sums[i + WEIGHTED]) ^ x1) ^ x0;
        }
    }

    /** The plain sum alone. */
    static void set2(long[] sums, long a0, long a1, int n) {
        long d0 = a0 & Memory.ADDRESS_BITS;
        long d1 = a1 & Memory.ADDRESS_BITS;
        int end = Math.min(n, TILE_LONGS);
        for (int i = 0; i < end; i++) {
            sums[i] = get(d0, i) ^ get(d1, i);
        }
    }

    /** The plain sum alone. */
    static void add2(long[] sums, long a0, long a1, int n) {
        long d0 = a0 & Memory.ADDRESS_BITS;
        long d1 = a1 & Memory.ADDRESS_BITS;
        int end = Math.min(n, TILE_LONGS);
        for (int i = 0; i < end; i++) {
            sums[i] ^= get(d0, i) ^ get(d1, i);
        }
    }

    /** The sum of two, as the plain sum and as the weighted one. */
    static void setBoth(long[] sums, long a0, long a1, int n) {
        long d0 = a0 & Memory.ADDRESS_BITS;
        long d1 = a1 & Memory.ADDRESS_BITS;
        int end = Math.min(n, TILE_LONGS);
        for (int i = 0; i < end; i++) {
            long x = get(d0, i) ^ get(d1, i);
            sums[i] = x;
            sums[i + WEIGHTED] = x;
        }
    }

    /** Adds one block to one of the sums. */
    static void add1(long[] sums, int sum, long a0, int n) {
        long d0 = a0 & Memory.ADDRESS_BITS;
        int end = Math.min(n, TILE_LONGS);
        for (int i = 0; i < end; i++) {
            sums[i + sum] ^= get(d0, i);
        }
    }

    /** The product becomes a constant times the weighted sum, two bits of the constant at a time. */
    static void multiply(long[] sums, int constant, int n) {
        begin(sums, mask(constant, 7), mask(constant, 6), n);
        goOn(sums, mask(constant, 5), mask(constant, 4), n);
        goOn(sums, mask(constant, 3), mask(constant, 2), n);
        goOn(sums, mask(constant, 1), mask(constant, 0), n);
    }

    private static void begin(long[] sums, long highMask, long lowMask, int n) {
        int end = Math.min(n, TILE_LONGS);
        for (int i = 0; i < end; i++) {
            long x = sums[i + WEIGHTED];
            sums[i + PRODUCT] = twice(x & highMask) ^ x & lowMask;
        }
    }

    private static void goOn(long[] sums, long highMask, long lowMask, int n) {
        int end = Math.min(n, TILE_LONGS);
        for (int i = 0; i < end; i++) {
            long x = sums[i + WEIGHTED];
            sums[i + PRODUCT] = twice(twice(sums[i + PRODUCT]) ^ x & highMask) ^ x & lowMask;
        }
    }

    /** Adds the product to the plain sum. */
    static void addProduct(long[] sums, int n) {
        int end = Math.min(n, TILE_LONGS);
        for (int i = 0; i < end; i++) {
            sums[i] ^= sums[i + PRODUCT];
        }
    }

    /** Copies one of the sums out. */
    static void put(long[] sums, int sum, long target, int n) {
        MemorySegment.copy(sums, sum, ALL, JAVA_LONG_UNALIGNED, target, n);
    }
}
