package dev.ashlar.raid.parity;

/**
 * One pass each of the operations that multiply by constants. Lengths are multiples of
 * {@link VectorKernels#laneBytes}; arguments that are written differ from all others.
 */
interface ProductPass {
    /** {@code target += c * source}. */
    void multiplyAdd(int c, long source, long target, int length);

    /** {@code P += d}, {@code Q += c*d}, with {@code d = old + new}. */
    void update(long oldBlock, long newBlock, int c, long p, long q, int length);

    /** {@code Q += c * (old + new)}. */
    void updateQ(long oldBlock, long newBlock, int c, long q, int length);

    /** {@code D = c * (Q + D)}, where D holds the weighted sum of the other blocks. */
    void finishFromQ(long q, long d, int c, int length);

    /** {@code D = c * (Q + D)}, {@code P += D}, where D and P hold the sums of the other blocks. */
    void finishFromQAndP(long p, long q, long d, int c, int length);

    /**
     * {@code X = a*(P + X) + b*(Q + Y)}, {@code Y = (P + X) + X'}, where X and Y hold the plain and the weighted sum of
     * the other blocks, and X' is the new X.
     */
    void finishPair(long p, long q, long x, long y, int a, int b, int length);
}
