package dev.ashlar.raid.parity;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

/**
 * The reference: one byte at a time, straight from the formulas of md-format, section 9, so that it can be checked by
 * hand. Ranges other than from 0 serve as the tails of faster kernels.
 */
final class ScalarKernels implements Kernels {
    static final ScalarKernels INSTANCE = new ScalarKernels();
    private static final int NOTHING = -1;

    private ScalarKernels() {}

    @Override
    public String description() {
        return "scalar reference";
    }

    @Override
    public void generate(long[] blocks, int count, long p, long q, int lengthBytes) {
        generate(blocks, count, p, q, 0, lengthBytes);
    }

    void generate(long[] blocks, int count, long p, long q, int from, int to) {
        for (int at = from; at < to; at++) {
            if (p != 0) {
                put(p + at, sum(blocks, count, at, NOTHING, NOTHING));
            }
            if (q != 0) {
                put(q + at, weightedSum(blocks, count, at, NOTHING, NOTHING));
            }
        }
    }

    @Override
    public int check(long[] blocks, int count, long p, long q, int lengthBytes) {
        return check(blocks, count, p, q, 0, lengthBytes);
    }

    int check(long[] blocks, int count, long p, long q, int from, int to) {
        int wrong = 0;
        for (int at = from; at < to; at++) {
            if (p != 0 && get(p + at) != sum(blocks, count, at, NOTHING, NOTHING)) {
                wrong |= Parity.P_WRONG;
            }
            if (q != 0 && get(q + at) != weightedSum(blocks, count, at, NOTHING, NOTHING)) {
                wrong |= Parity.Q_WRONG;
            }
        }
        return wrong;
    }

    @Override
    public void update(long oldBlock, long newBlock, int exponent, long p, long q, int lengthBytes) {
        update(oldBlock, newBlock, exponent, p, q, 0, lengthBytes);
    }

    void update(long oldBlock, long newBlock, int exponent, long p, long q, int from, int to) {
        for (int at = from; at < to; at++) {
            int delta = get(oldBlock + at) ^ get(newBlock + at);
            if (p != 0) {
                put(p + at, get(p + at) ^ delta);
            }
            if (q != 0) {
                put(q + at, get(q + at) ^ Gf256.multiply(Gf256.power(exponent), delta));
            }
        }
    }

    @Override
    public void recoverFromP(long[] blocks, int count, long p, int x, int lengthBytes) {
        recoverFromP(blocks, count, p, x, 0, lengthBytes);
    }

    void recoverFromP(long[] blocks, int count, long p, int x, int from, int to) {
        for (int at = from; at < to; at++) {
            put(blocks[x] + at, get(p + at) ^ sum(blocks, count, at, x, NOTHING));
        }
    }

    @Override
    public void recoverFromQ(long[] blocks, int count, long p, long q, int x, int lengthBytes) {
        recoverFromQ(blocks, count, p, q, x, 0, lengthBytes);
    }

    void recoverFromQ(long[] blocks, int count, long p, long q, int x, int from, int to) {
        int inverse = Gf256.inverse(Gf256.power(x));
        for (int at = from; at < to; at++) {
            int weighted = get(q + at) ^ weightedSum(blocks, count, at, x, NOTHING);
            put(blocks[x] + at, Gf256.multiply(weighted, inverse));
            if (p != 0) {
                put(p + at, sum(blocks, count, at, NOTHING, NOTHING));
            }
        }
    }

    @Override
    public void recoverPair(long[] blocks, int count, long p, long q, int x, int y, int lengthBytes) {
        recoverPair(blocks, count, p, q, x, y, 0, lengthBytes);
    }

    void recoverPair(long[] blocks, int count, long p, long q, int x, int y, int from, int to) {
        int gx = Gf256.power(x);
        int gy = Gf256.power(y);
        int inverse = Gf256.inverse(gx ^ gy);
        for (int at = from; at < to; at++) {
            int plain = get(p + at) ^ sum(blocks, count, at, x, y);
            int weighted = get(q + at) ^ weightedSum(blocks, count, at, x, y);
            int dx = Gf256.multiply(weighted ^ Gf256.multiply(gy, plain), inverse);
            put(blocks[x] + at, dx);
            put(blocks[y] + at, plain ^ dx);
        }
    }

    @Override
    public void xor(long source, long target, int lengthBytes) {
        xor(source, target, 0, lengthBytes);
    }

    void xor(long source, long target, int from, int to) {
        for (int at = from; at < to; at++) {
            put(target + at, get(target + at) ^ get(source + at));
        }
    }

    @Override
    public void multiplyAdd(int factor, long source, long target, int lengthBytes) {
        multiplyAdd(factor, source, target, 0, lengthBytes);
    }

    void multiplyAdd(int factor, long source, long target, int from, int to) {
        for (int at = from; at < to; at++) {
            put(target + at, get(target + at) ^ Gf256.multiply(factor, get(source + at)));
        }
    }

    /** The sum of one byte of each block, but for two of them. */
    private static int sum(long[] blocks, int count, int at, int without, int alsoWithout) {
        int sum = 0;
        for (int e = 0; e < count; e++) {
            if (blocks[e] != 0 && e != without && e != alsoWithout) {
                sum ^= get(blocks[e] + at);
            }
        }
        return sum;
    }

    /** The sum of one byte of each block times its coefficient, but for two of them. */
    private static int weightedSum(long[] blocks, int count, int at, int without, int alsoWithout) {
        int sum = 0;
        for (int e = 0; e < count; e++) {
            if (blocks[e] != 0 && e != without && e != alsoWithout) {
                sum ^= Gf256.multiply(Gf256.power(e), get(blocks[e] + at));
            }
        }
        return sum;
    }

    private static int get(long address) {
        return Memory.ALL.get(JAVA_BYTE, address) & 0xff;
    }

    private static void put(long address, int value) {
        Memory.ALL.set(JAVA_BYTE, address, (byte) value);
    }
}
