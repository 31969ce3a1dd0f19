package dev.ashlar.raid.parity;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

/**
 * Eight bytes at a time in a {@code long}, for JVMs without the Vector API. Field elements lie side by side; doubling
 * all eight is a shift with the bits that crossed into the next byte taken back. Last bytes go to the reference.
 */
final class LongKernels implements Kernels {
    private static final ScalarKernels TAIL = ScalarKernels.INSTANCE;
    private static final int NOTHING = -1;
    private static final long HIGH_BITS = 0x8080808080808080L;

    @Override
    public String description() {
        return "long arithmetic";
    }

    @Override
    public void generate(long[] blocks, int count, long p, long q, int lengthBytes) {
        int whole = whole(lengthBytes);
        for (int at = 0; at < whole; at += Long.BYTES) {
            if (p != 0) {
                put(p + at, sum(blocks, count, at, NOTHING, NOTHING));
            }
            if (q != 0) {
                put(q + at, weightedSum(blocks, count, at, NOTHING, NOTHING));
            }
        }
        TAIL.generate(blocks, count, p, q, whole, lengthBytes);
    }

    @Override
    public int check(long[] blocks, int count, long p, long q, int lengthBytes) {
        int whole = whole(lengthBytes);
        long pDifference = 0;
        long qDifference = 0;
        for (int at = 0; at < whole; at += Long.BYTES) {
            if (p != 0) {
                pDifference |= get(p + at) ^ sum(blocks, count, at, NOTHING, NOTHING);
            }
            if (q != 0) {
                qDifference |= get(q + at) ^ weightedSum(blocks, count, at, NOTHING, NOTHING);
            }
        }
        int wrong = (pDifference != 0 ? Parity.P_WRONG : 0) | (qDifference != 0 ? Parity.Q_WRONG : 0);
        return wrong | TAIL.check(blocks, count, p, q, whole, lengthBytes);
    }

    @Override
    public void update(long oldBlock, long newBlock, int exponent, long p, long q, int lengthBytes) {
        int coefficient = Gf256.power(exponent);
        int whole = whole(lengthBytes);
        for (int at = 0; at < whole; at += Long.BYTES) {
            long delta = get(oldBlock + at) ^ get(newBlock + at);
            if (p != 0) {
                put(p + at, get(p + at) ^ delta);
            }
            if (q != 0) {
                put(q + at, get(q + at) ^ multiply(delta, coefficient));
            }
        }
        TAIL.update(oldBlock, newBlock, exponent, p, q, whole, lengthBytes);
    }

    @Override
    public void recoverFromP(long[] blocks, int count, long p, int x, int lengthBytes) {
        int whole = whole(lengthBytes);
        for (int at = 0; at < whole; at += Long.BYTES) {
            put(blocks[x] + at, get(p + at) ^ sum(blocks, count, at, x, NOTHING));
        }
        TAIL.recoverFromP(blocks, count, p, x, whole, lengthBytes);
    }

    @Override
    public void recoverFromQ(long[] blocks, int count, long p, long q, int x, int lengthBytes) {
        int inverse = Gf256.power(-x);
        int whole = whole(lengthBytes);
        for (int at = 0; at < whole; at += Long.BYTES) {
            long weighted = get(q + at) ^ weightedSum(blocks, count, at, x, NOTHING);
            put(blocks[x] + at, multiply(weighted, inverse));
            if (p != 0) {
                put(p + at, sum(blocks, count, at, NOTHING, NOTHING));
            }
        }
        TAIL.recoverFromQ(blocks, count, p, q, x, whole, lengthBytes);
    }

    @Override
    public void recoverPair(long[] blocks, int count, long p, long q, int x, int y, int lengthBytes) {
        int a = PairCoefficients.a(x, y);
        int b = PairCoefficients.b(x, y);
        int whole = whole(lengthBytes);
        for (int at = 0; at < whole; at += Long.BYTES) {
            long plain = get(p + at) ^ sum(blocks, count, at, x, y);
            long weighted = get(q + at) ^ weightedSum(blocks, count, at, x, y);
            long dx = multiply(plain, a) ^ multiply(weighted, b);
            put(blocks[x] + at, dx);
            put(blocks[y] + at, plain ^ dx);
        }
        TAIL.recoverPair(blocks, count, p, q, x, y, whole, lengthBytes);
    }

    @Override
    public void xor(long source, long target, int lengthBytes) {
        int whole = whole(lengthBytes);
        for (int at = 0; at < whole; at += Long.BYTES) {
            put(target + at, get(target + at) ^ get(source + at));
        }
        TAIL.xor(source, target, whole, lengthBytes);
    }

    private static int whole(int lengthBytes) {
        return lengthBytes & -Long.BYTES;
    }

    private static long sum(long[] blocks, int count, int at, int without, int alsoWithout) {
        long sum = 0;
        for (int e = 0; e < count; e++) {
            if (blocks[e] != 0 && e != without && e != alsoWithout) {
                sum ^= get(blocks[e] + at);
            }
        }
        return sum;
    }

    private static long weightedSum(long[] blocks, int count, int at, int without, int alsoWithout) {
        long sum = 0;
        for (int e = count - 1; e >= 0; e--) {
            sum = twice(sum);
            if (blocks[e] != 0 && e != without && e != alsoWithout) {
                sum ^= get(blocks[e] + at);
            }
        }
        return sum;
    }

    /** Eight products with g. A byte with its high bit set gives 0x7f, then 0xff, to mask the polynomial with. */
    static long twice(long a) {
        long high = a & HIGH_BITS;
        long overflowed = high - (high >>> 7) | high;
        return (a ^ high) << 1 ^ overflowed & 0x1d1d1d1d1d1d1d1dL;
    }

    /** Eight products with a constant, bit by bit of the constant. */
    static long multiply(long a, int constant) {
        long product = 0;
        long power = a;
        for (int bits = constant; bits != 0; bits >>>= 1) {
            product ^= power & -(bits & 1L);
            power = twice(power);
        }
        return product;
    }

    private static long get(long address) {
        return Memory.ALL.get(JAVA_LONG_UNALIGNED, address);
    }

    private static void put(long address, long value) {
        Memory.ALL.set(JAVA_LONG_UNALIGNED, address, value);
    }
}
