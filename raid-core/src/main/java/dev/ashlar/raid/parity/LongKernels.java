package dev.ashlar.raid.parity;

import static dev.ashlar.raid.parity.LongPass.PLAIN;
import static dev.ashlar.raid.parity.LongPass.PRODUCT;
import static dev.ashlar.raid.parity.LongPass.WEIGHTED;
import static dev.ashlar.raid.parity.Scratch.TILE_BYTES;

import java.lang.foreign.MemorySegment;

/**
 * Plain Java on {@code long}s, for JVMs without the Vector API: a tile at a time is summed up on the heap by loops that
 * the compiler vectorises ({@link LongPass}), finished there and copied out. Last bytes go to the reference.
 */
final class LongKernels implements Kernels {
    private static final ScalarKernels TAIL = ScalarKernels.INSTANCE;
    private static final int NOTHING = -1;

    @Override
    public String description() {
        return "long arithmetic";
    }

    private static int whole(int lengthBytes) {
        return lengthBytes & -Long.BYTES;
    }

    private static int longs(int whole, int at) {
        return Math.min(TILE_BYTES, whole - at) / Long.BYTES;
    }

    @Override
    public void generate(long[] blocks, int count, long p, long q, int lengthBytes) {
        int whole = whole(lengthBytes);
        long[] sums = Scratch.get().longs;
        for (int at = 0; at < whole; at += TILE_BYTES) {
            int n = longs(whole, at);
            if (q != 0) {
                weighted(sums, blocks, count, NOTHING, NOTHING, at, n);
                LongPass.put(sums, WEIGHTED, q + at, n);
            } else if (p != 0) {
                plain(sums, blocks, count, NOTHING, at, n);
            }
            if (p != 0) {
                LongPass.put(sums, PLAIN, p + at, n);
            }
        }
        if (whole < lengthBytes) {
            TAIL.generate(blocks, count, p, q, whole, lengthBytes);
        }
    }

    @Override
    public int check(long[] blocks, int count, long p, long q, int lengthBytes) {
        int whole = whole(lengthBytes);
        Scratch scratch = Scratch.get();
        long[] sums = scratch.longs;
        int wrong = 0;
        for (int at = 0; at < whole; at += TILE_BYTES) {
            int n = longs(whole, at);
            if (q != 0) {
                weighted(sums, blocks, count, NOTHING, NOTHING, at, n);
                wrong |= differs(scratch, WEIGHTED, q + at, n) ? Parity.Q_WRONG : 0;
            } else if (p != 0) {
                plain(sums, blocks, count, NOTHING, at, n);
            }
            wrong |= p != 0 && differs(scratch, PLAIN, p + at, n) ? Parity.P_WRONG : 0;
        }
        return wrong | (whole < lengthBytes ? TAIL.check(blocks, count, p, q, whole, lengthBytes) : 0);
    }

    @Override
    public void update(long oldBlock, long newBlock, int exponent, long p, long q, int lengthBytes) {
        int whole = whole(lengthBytes);
        int coefficient = Gf256.power(exponent);
        long[] sums = Scratch.get().longs;
        for (int at = 0; at < whole; at += TILE_BYTES) {
            int n = longs(whole, at);
            LongPass.setBoth(sums, oldBlock + at, newBlock + at, n);
            if (q != 0) {
                LongPass.multiply(sums, coefficient, n);
                LongPass.add1(sums, PRODUCT, q + at, n);
                LongPass.put(sums, PRODUCT, q + at, n);
            }
            if (p != 0) {
                LongPass.add1(sums, PLAIN, p + at, n);
                LongPass.put(sums, PLAIN, p + at, n);
            }
        }
        if (whole < lengthBytes) {
            TAIL.update(oldBlock, newBlock, exponent, p, q, whole, lengthBytes);
        }
    }

    @Override
    public void recoverFromP(long[] blocks, int count, long p, int x, int lengthBytes) {
        int whole = whole(lengthBytes);
        long[] sums = Scratch.get().longs;
        for (int at = 0; at < whole; at += TILE_BYTES) {
            int n = longs(whole, at);
            plain(sums, blocks, count, x, at, n);
            LongPass.add1(sums, PLAIN, p + at, n);
            LongPass.put(sums, PLAIN, blocks[x] + at, n);
        }
        if (whole < lengthBytes) {
            TAIL.recoverFromP(blocks, count, p, x, whole, lengthBytes);
        }
    }

    @Override
    public void recoverFromQ(long[] blocks, int count, long p, long q, int x, int lengthBytes) {
        int whole = whole(lengthBytes);
        int inverse = Gf256.power(-x);
        long[] sums = Scratch.get().longs;
        for (int at = 0; at < whole; at += TILE_BYTES) {
            int n = longs(whole, at);
            weighted(sums, blocks, count, x, NOTHING, at, n);
            LongPass.add1(sums, WEIGHTED, q + at, n);
            LongPass.multiply(sums, inverse, n);
            LongPass.put(sums, PRODUCT, blocks[x] + at, n);
            if (p != 0) {
                LongPass.addProduct(sums, n);
                LongPass.put(sums, PLAIN, p + at, n);
            }
        }
        if (whole < lengthBytes) {
            TAIL.recoverFromQ(blocks, count, p, q, x, whole, lengthBytes);
        }
    }

    @Override
    public void recoverPair(long[] blocks, int count, long p, long q, int x, int y, int lengthBytes) {
        int whole = whole(lengthBytes);
        int a = PairCoefficients.a(x, y);
        int b = PairCoefficients.b(x, y);
        long[] sums = Scratch.get().longs;
        for (int at = 0; at < whole; at += TILE_BYTES) {
            int n = longs(whole, at);
            long dx = blocks[x] + at;
            weighted(sums, blocks, count, x, y, at, n);
            LongPass.add1(sums, WEIGHTED, q + at, n);
            LongPass.multiply(sums, b, n);
            LongPass.put(sums, PRODUCT, dx, n);
            LongPass.add1(sums, PLAIN, p + at, n);
            System.arraycopy(sums, PLAIN, sums, WEIGHTED, n);
            LongPass.multiply(sums, a, n);
            LongPass.add1(sums, PRODUCT, dx, n);
            LongPass.put(sums, PRODUCT, dx, n);
            LongPass.addProduct(sums, n);
            LongPass.put(sums, PLAIN, blocks[y] + at, n);
        }
        if (whole < lengthBytes) {
            TAIL.recoverPair(blocks, count, p, q, x, y, whole, lengthBytes);
        }
    }

    @Override
    public void xor(long source, long target, int lengthBytes) {
        int whole = whole(lengthBytes);
        long[] sums = Scratch.get().longs;
        for (int at = 0; at < whole; at += TILE_BYTES) {
            int n = longs(whole, at);
            LongPass.set2(sums, source + at, target + at, n);
            LongPass.put(sums, PLAIN, target + at, n);
        }
        if (whole < lengthBytes) {
            TAIL.xor(source, target, whole, lengthBytes);
        }
    }

    @Override
    public void multiplyAdd(int factor, long source, long target, int lengthBytes) {
        int whole = whole(lengthBytes);
        long[] sums = Scratch.get().longs;
        for (int at = 0; at < whole; at += TILE_BYTES) {
            int n = longs(whole, at);
            LongPass.first1(sums, source + at, n);
            LongPass.multiply(sums, factor, n);
            LongPass.add1(sums, PRODUCT, target + at, n);
            LongPass.put(sums, PRODUCT, target + at, n);
        }
        if (whole < lengthBytes) {
            TAIL.multiplyAdd(factor, source, target, whole, lengthBytes);
        }
    }

    private static boolean differs(Scratch scratch, int sum, long address, int n) {
        long bytes = (long) n * Long.BYTES;
        long from = (long) sum * Long.BYTES;
        return MemorySegment.mismatch(scratch.heap, from, from + bytes, Memory.ALL, address, address + bytes) >= 0;
    }

    /** Both sums of all blocks but {@code x} and {@code y}. */
    private static void weighted(long[] sums, long[] blocks, int count, int x, int y, int at, int n) {
        int e = count - 2;
        if ((count & 1) == 0 && count > 0) {
            LongPass.first2(sums, pick(blocks, e, x, y, at), pick(blocks, e + 1, x, y, at), n);
            e -= 2;
        } else {
            LongPass.first1(sums, count == 0 ? Memory.ZEROES : pick(blocks, e + 1, x, y, at), n);
            e -= 1;
        }
        for (; e >= 0; e -= 2) {
            LongPass.next2(sums, pick(blocks, e, x, y, at), pick(blocks, e + 1, x, y, at), n);
        }
    }

    /** The plain sum of all blocks but {@code x}. */
    private static void plain(long[] sums, long[] blocks, int count, int x, int at, int n) {
        int e = count & 1;
        LongPass.set2(sums, e == 0 ? Memory.ZEROES : pick(blocks, 0, x, x, at), Memory.ZEROES, n);
        for (; e < count; e += 2) {
            LongPass.add2(sums, pick(blocks, e, x, x, at), pick(blocks, e + 1, x, x, at), n);
        }
    }

    private static long pick(long[] blocks, int e, int x, int y, int at) {
        return e == x || e == y || blocks[e] == 0 ? Memory.ZEROES : blocks[e] + at;
    }
}
