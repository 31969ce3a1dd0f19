package dev.ashlar.raid.parity;

/**
 * Picks the addresses for one to eight blocks, {@code at} bytes into each and zeroes where there is none, and calls the
 * pass for that number.
 */
final class BlockGroups {
    private BlockGroups() {}

    /**
     * Begins P and Q with blocks {@code start} to {@code start + size - 1}.
     *
     * @param x a block to leave out, or -1
     * @param y another, or -1
     */
    static void first(PqPass.First pass, long[] blocks, int start, int size, int x, int y, int at, long p, long q,
            int length) {
        int last = start + size - 1;
        long d0 = pick(blocks, start, x, y, at);
        long d1 = pick(blocks, Math.min(start + 1, last), x, y, at);
        long d2 = pick(blocks, Math.min(start + 2, last), x, y, at);
        long d3 = pick(blocks, Math.min(start + 3, last), x, y, at);
        long d4 = pick(blocks, Math.min(start + 4, last), x, y, at);
        long d5 = pick(blocks, Math.min(start + 5, last), x, y, at);
        long d6 = pick(blocks, Math.min(start + 6, last), x, y, at);
        long d7 = pick(blocks, Math.min(start + 7, last), x, y, at);
        switch (size) {
            case 1 -> pass.first1(d0, p, q, length);
            case 2 -> pass.first2(d0, d1, p, q, length);
            case 3 -> pass.first3(d0, d1, d2, p, q, length);
            case 4 -> pass.first4(d0, d1, d2, d3, p, q, length);
            case 5 -> pass.first5(d0, d1, d2, d3, d4, p, q, length);
            case 6 -> pass.first6(d0, d1, d2, d3, d4, d5, p, q, length);
            case 7 -> pass.first7(d0, d1, d2, d3, d4, d5, d6, p, q, length);
            default -> pass.first8(d0, d1, d2, d3, d4, d5, d6, d7, p, q, length);
        }
    }

    /** Goes on with P and Q. */
    static void next(PqPass.Next pass, long[] blocks, int start, int size, int x, int y, int at, long p, long q,
            int length) {
        int last = start + size - 1;
        long d0 = pick(blocks, start, x, y, at);
        long d1 = pick(blocks, Math.min(start + 1, last), x, y, at);
        long d2 = pick(blocks, Math.min(start + 2, last), x, y, at);
        long d3 = pick(blocks, Math.min(start + 3, last), x, y, at);
        long d4 = pick(blocks, Math.min(start + 4, last), x, y, at);
        long d5 = pick(blocks, Math.min(start + 5, last), x, y, at);
        long d6 = pick(blocks, Math.min(start + 6, last), x, y, at);
        long d7 = pick(blocks, Math.min(start + 7, last), x, y, at);
        switch (size) {
            case 1 -> pass.next1(d0, p, q, length);
            case 2 -> pass.next2(d0, d1, p, q, length);
            case 3 -> pass.next3(d0, d1, d2, p, q, length);
            case 4 -> pass.next4(d0, d1, d2, d3, p, q, length);
            case 5 -> pass.next5(d0, d1, d2, d3, d4, p, q, length);
            case 6 -> pass.next6(d0, d1, d2, d3, d4, d5, p, q, length);
            case 7 -> pass.next7(d0, d1, d2, d3, d4, d5, d6, p, q, length);
            default -> pass.next8(d0, d1, d2, d3, d4, d5, d6, d7, p, q, length);
        }
    }

    private static long pick(long[] blocks, int e, int x, int y, int at) {
        return e == x || e == y || blocks[e] == 0 ? Memory.ZEROES : blocks[e] + at;
    }
}
