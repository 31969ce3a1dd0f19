package dev.ashlar.raid.parity;

/**
 * Picks the addresses for a group of one to six blocks, {@code at} bytes into each and zeroes where there is none, and
 * calls the kernel of that size.
 */
final class VectorGroups {
    private VectorGroups() {}

    /**
     * Adds blocks {@code start} to {@code start + size - 1} to P and Q, or begins P and Q with them.
     *
     * @param first whether P and Q begin here
     * @param without a block to leave out, or -1
     * @param alsoWithout another, or -1
     */
    static void pq(boolean first, long[] blocks, int start, int size, int without, int alsoWithout, int at, long p,
            long q, int length) {
        int last = start + size - 1;
        long d0 = pick(blocks, start, without, alsoWithout, Memory.ZEROES, at);
        long d1 = pick(blocks, Math.min(start + 1, last), without, alsoWithout, Memory.ZEROES, at);
        long d2 = pick(blocks, Math.min(start + 2, last), without, alsoWithout, Memory.ZEROES, at);
        long d3 = pick(blocks, Math.min(start + 3, last), without, alsoWithout, Memory.ZEROES, at);
        long d4 = pick(blocks, Math.min(start + 4, last), without, alsoWithout, Memory.ZEROES, at);
        long d5 = pick(blocks, Math.min(start + 5, last), without, alsoWithout, Memory.ZEROES, at);
        if (first) {
            firstPq(size, d0, d1, d2, d3, d4, d5, p, q, length);
        } else {
            nextPq(size, d0, d1, d2, d3, d4, d5, p, q, length);
        }
    }

    private static void firstPq(int size, long d0, long d1, long d2, long d3, long d4, long d5, long p, long q,
            int length) {
        switch (size) {
            case 1 -> VectorPq.first1(d0, p, q, length);
            case 2 -> VectorPq.first2(d0, d1, p, q, length);
            case 3 -> VectorPq.first3(d0, d1, d2, p, q, length);
            case 4 -> VectorPq.first4(d0, d1, d2, d3, p, q, length);
            case 5 -> VectorPq.first5(d0, d1, d2, d3, d4, p, q, length);
            default -> VectorPq.first6(d0, d1, d2, d3, d4, d5, p, q, length);
        }
    }

    private static void nextPq(int size, long d0, long d1, long d2, long d3, long d4, long d5, long p, long q,
            int length) {
        switch (size) {
            case 1 -> VectorPq.next1(d0, p, q, length);
            case 2 -> VectorPq.next2(d0, d1, p, q, length);
            case 3 -> VectorPq.next3(d0, d1, d2, p, q, length);
            case 4 -> VectorPq.next4(d0, d1, d2, d3, p, q, length);
            case 5 -> VectorPq.next5(d0, d1, d2, d3, d4, p, q, length);
            default -> VectorPq.next6(d0, d1, d2, d3, d4, d5, p, q, length);
        }
    }

    /**
     * Adds blocks {@code start} to {@code start + size - 1} to a target, or begins it with them.
     *
     * @param first whether the target begins here
     * @param without a block to leave out, or -1
     * @param instead the block to take in its place
     */
    static void xor(boolean first, long[] blocks, int start, int size, int without, long instead, int at,
            long target, int length) {
        int last = start + size - 1;
        long d0 = pick(blocks, start, without, without, instead + at, at);
        long d1 = pick(blocks, Math.min(start + 1, last), without, without, instead + at, at);
        long d2 = pick(blocks, Math.min(start + 2, last), without, without, instead + at, at);
        long d3 = pick(blocks, Math.min(start + 3, last), without, without, instead + at, at);
        long d4 = pick(blocks, Math.min(start + 4, last), without, without, instead + at, at);
        long d5 = pick(blocks, Math.min(start + 5, last), without, without, instead + at, at);
        if (first) {
            firstXor(size, d0, d1, d2, d3, d4, d5, target, length);
        } else {
            nextXor(size, d0, d1, d2, d3, d4, d5, target, length);
        }
    }

    private static void firstXor(int size, long d0, long d1, long d2, long d3, long d4, long d5, long target,
            int length) {
        switch (size) {
            case 1 -> VectorXor.xor1(d0, target, length);
            case 2 -> VectorXor.xor2(d0, d1, target, length);
            case 3 -> VectorXor.xor3(d0, d1, d2, target, length);
            case 4 -> VectorXor.xor4(d0, d1, d2, d3, target, length);
            case 5 -> VectorXor.xor5(d0, d1, d2, d3, d4, target, length);
            default -> VectorXor.xor6(d0, d1, d2, d3, d4, d5, target, length);
        }
    }

    private static void nextXor(int size, long d0, long d1, long d2, long d3, long d4, long d5, long target,
            int length) {
        switch (size) {
            case 1 -> VectorXor.xor2(d0, target, target, length);
            case 2 -> VectorXor.xor3(d0, d1, target, target, length);
            case 3 -> VectorXor.xor4(d0, d1, d2, target, target, length);
            case 4 -> VectorXor.xor5(d0, d1, d2, d3, target, target, length);
            case 5 -> VectorXor.xor6(d0, d1, d2, d3, d4, target, target, length);
            default -> VectorXor.xor7(d0, d1, d2, d3, d4, d5, target, target, length);
        }
    }

    private static long pick(long[] blocks, int e, int without, int alsoWithout, long instead, int at) {
        if (e == without || e == alsoWithout) {
            return instead;
        }
        return blocks[e] == 0 ? Memory.ZEROES : blocks[e] + at;
    }
}
