package dev.ashlar.raid.parity;

/**
 * One implementation of the operations. Arguments have been checked: lengths and counts are in range, blocks to recover
 * differ and have addresses. {@code blocks[e]} is the block with exponent {@code e}, 0 for one that is not there.
 * Implementations keep no state and allocate nothing.
 */
interface Kernels {
    /** What it is, for the log. */
    String description();

    /** Writes P and Q of the blocks; an address of 0 means not wanted. */
    void generate(long[] blocks, int count, long p, long q, int lengthBytes);

    /** Compares P and Q; bit 1 set if P is wrong, bit 2 if Q is; an address of 0 means not checked. */
    int check(long[] blocks, int count, long p, long q, int lengthBytes);

    /** {@code P ^= d}, {@code Q ^= g^exponent * d} with {@code d = old ^ new}; an address of 0 means not wanted. */
    void update(long oldBlock, long newBlock, int exponent, long p, long q, int lengthBytes);

    /** Writes block {@code x} from the other blocks and P. */
    void recoverFromP(long[] blocks, int count, long p, int x, int lengthBytes);

    /** Writes block {@code x} from the other blocks and Q, then P, unless {@code p} is 0. */
    void recoverFromQ(long[] blocks, int count, long p, long q, int x, int lengthBytes);

    /** Writes blocks {@code x < y} from the other blocks, P and Q. */
    void recoverPair(long[] blocks, int count, long p, long q, int x, int y, int lengthBytes);

    /** {@code target ^= source}. */
    void xor(long source, long target, int lengthBytes);

    /** {@code target += factor * source}. */
    void multiplyAdd(int factor, long source, long target, int lengthBytes);
}
