package dev.ashlar.raid.parity;

/**
 * P and Q of a few blocks in one pass over them, by Horner's rule from the last argument block down. Lengths are
 * multiples of {@link VectorKernels#laneBytes}; P and Q are none of the blocks.
 */
final class PqPass {
    /** The most blocks of one pass. */
    static final int MOST = 8;

    private PqPass() {}

    /** Writes P and Q. */
    interface First {
        void first1(long a0, long p, long q, int length);

        void first2(long a0, long a1, long p, long q, int length);

        void first3(long a0, long a1, long a2, long p, long q, int length);

        void first4(long a0, long a1, long a2, long a3, long p, long q, int length);

        void first5(long a0, long a1, long a2, long a3, long a4, long p, long q, int length);

        void first6(long a0, long a1, long a2, long a3, long a4, long a5, long p, long q, int length);

        void first7(long a0, long a1, long a2, long a3, long a4, long a5, long a6, long p, long q, int length);

        void first8(long a0, long a1, long a2, long a3, long a4, long a5, long a6, long a7, long p, long q, int length);
    }

    /** Adds the blocks to P, and to Q times as many powers of g. */
    interface Next {
        void next1(long a0, long p, long q, int length);

        void next2(long a0, long a1, long p, long q, int length);

        void next3(long a0, long a1, long a2, long p, long q, int length);

        void next4(long a0, long a1, long a2, long a3, long p, long q, int length);

        void next5(long a0, long a1, long a2, long a3, long a4, long p, long q, int length);

        void next6(long a0, long a1, long a2, long a3, long a4, long a5, long p, long q, int length);

        void next7(long a0, long a1, long a2, long a3, long a4, long a5, long a6, long p, long q, int length);

        void next8(long a0, long a1, long a2, long a3, long a4, long a5, long a6, long a7, long p, long q, int length);
    }
}
