package dev.ashlar.raid.parity;

/**
 * The sum of a few sources in one pass. A target may be among its sources. Lengths are multiples of
 * {@link VectorKernels#laneBytes}.
 */
interface SumPass {
    void sum1(long a0, long target, int length);

    void sum2(long a0, long a1, long target, int length);

    void sum3(long a0, long a1, long a2, long target, int length);

    void sum4(long a0, long a1, long a2, long a3, long target, int length);

    void sum5(long a0, long a1, long a2, long a3, long a4, long target, int length);

    void sum6(long a0, long a1, long a2, long a3, long a4, long a5, long target, int length);

    void sum7(long a0, long a1, long a2, long a3, long a4, long a5, long a6, long target, int length);

    void sum8(long a0, long a1, long a2, long a3, long a4, long a5, long a6, long a7, long target, int length);

    void sum12(long a0, long a1, long a2, long a3, long a4, long a5, long a6, long a7, long a8, long a9, long a10,
            long a11, long target, int length);

    void sum16(long a0, long a1, long a2, long a3, long a4, long a5, long a6, long a7, long a8, long a9, long a10,
            long a11, long a12, long a13, long a14, long a15, long target, int length);

    /** Whether the two differ anywhere. */
    boolean differ(long a, long b, int length);
}
