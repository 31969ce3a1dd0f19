package dev.ashlar.raid.parity;

/** Sums of any number of blocks, as passes over a few at a time. */
final class PlainSums {
    private final SumPass pass;

    PlainSums(SumPass pass) {
        this.pass = pass;
    }

    /**
     * Writes the sum of all blocks that exist, but {@code x}, and of {@code extra}, unless that is 0. The length is at
     * most {@link Memory#MAX_TILE}.
     *
     * @param at where in each block the bytes begin; {@code extra} and {@code target} point at theirs
     */
    void sum(long[] blocks, int count, int x, long extra, int at, long target, int length) {
        int e = 0;
        long a0 = extra;
        do {
            int n = a0 != 0 ? 1 : 0;
            long a1 = 0;
            long a2 = 0;
            long a3 = 0;
            long a4 = 0;
            long a5 = 0;
            long a6 = 0;
            long a7 = 0;
            for (; e < count && n < SumPass.MOST; e++) {
                if (blocks[e] != 0 && e != x) {
                    long address = blocks[e] + at;
                    switch (n++) {
                        case 0 -> a0 = address;
                        case 1 -> a1 = address;
                        case 2 -> a2 = address;
                        case 3 -> a3 = address;
                        case 4 -> a4 = address;
                        case 5 -> a5 = address;
                        case 6 -> a6 = address;
                        default -> a7 = address;
                    }
                }
            }
            sum(n, a0, a1, a2, a3, a4, a5, a6, a7, target, length);
            // What is not the first pass goes on with what the target holds.
            a0 = target;
        } while (e < count);
    }

    private void sum(int n, long a0, long a1, long a2, long a3, long a4, long a5, long a6, long a7, long target,
            int length) {
        switch (n) {
            case 0 -> pass.sum1(Memory.ZEROES, target, length);
            case 1 -> pass.sum1(a0, target, length);
            case 2 -> pass.sum2(a0, a1, target, length);
            case 3 -> pass.sum3(a0, a1, a2, target, length);
            case 4 -> pass.sum4(a0, a1, a2, a3, target, length);
            case 5 -> pass.sum5(a0, a1, a2, a3, a4, target, length);
            case 6 -> pass.sum6(a0, a1, a2, a3, a4, a5, target, length);
            case 7 -> pass.sum7(a0, a1, a2, a3, a4, a5, a6, target, length);
            default -> pass.sum8(a0, a1, a2, a3, a4, a5, a6, a7, target, length);
        }
    }
}
