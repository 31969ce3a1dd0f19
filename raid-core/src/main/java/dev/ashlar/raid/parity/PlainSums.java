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
     * @param sources room for {@link Parity#MAX_BLOCKS} addresses and two more
     */
    void sum(long[] blocks, int count, int x, long extra, int at, long target, int length, long[] sources) {
        int n = 0;
        if (extra != 0) {
            sources[n++] = extra;
        }
        for (int e = 0; e < count; e++) {
            if (blocks[e] != 0 && e != x) {
                sources[n++] = blocks[e] + at;
            }
        }
        int from = n - sum(sources, 0, n, target, length);
        while (from > 0) {
            // What is not the first pass goes on with what the target holds.
            int next = n - from;
            sources[next - 1] = target;
            from -= sum(sources, next - 1, from + 1, target, length) - 1;
        }
    }

    /** Sums up as many of {@code n} sources as one pass takes; how many that were. */
    private int sum(long[] s, int i, int n, long target, int length) {
        int size = n >= 16 ? 16 : n >= 12 ? 12 : Math.min(n, 8);
        switch (size) {
            case 0 -> pass.sum1(Memory.ZEROES, target, length);
            case 1 -> pass.sum1(s[i], target, length);
            case 2 -> pass.sum2(s[i], s[i + 1], target, length);
            case 3 -> pass.sum3(s[i], s[i + 1], s[i + 2], target, length);
            case 4 -> pass.sum4(s[i], s[i + 1], s[i + 2], s[i + 3], target, length);
            case 5 -> pass.sum5(s[i], s[i + 1], s[i + 2], s[i + 3], s[i + 4], target, length);
            case 6 -> pass.sum6(s[i], s[i + 1], s[i + 2], s[i + 3], s[i + 4], s[i + 5], target, length);
            case 7 -> pass.sum7(s[i], s[i + 1], s[i + 2], s[i + 3], s[i + 4], s[i + 5], s[i + 6], target, length);
            case 8 -> pass.sum8(s[i], s[i + 1], s[i + 2], s[i + 3], s[i + 4], s[i + 5], s[i + 6], s[i + 7], target,
                    length);
            case 12 -> pass.sum12(s[i], s[i + 1], s[i + 2], s[i + 3], s[i + 4], s[i + 5], s[i + 6], s[i + 7], s[i + 8],
                    s[i + 9], s[i + 10], s[i + 11], target, length);
            default -> pass.sum16(s[i], s[i + 1], s[i + 2], s[i + 3], s[i + 4], s[i + 5], s[i + 6], s[i + 7], s[i + 8],
                    s[i + 9], s[i + 10], s[i + 11], s[i + 12], s[i + 13], s[i + 14], s[i + 15], target, length);
        }
        return size;
    }
}
