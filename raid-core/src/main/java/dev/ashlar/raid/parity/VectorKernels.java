package dev.ashlar.raid.parity;

/**
 * The Vector API implementation: walks blocks in tiles that stay in the first-level cache and calls the one-pass
 * kernels on groups of blocks. Blocks that are not there are read as zeroes from one shared page, so that gaps need no
 * kernels of their own. Bytes after the last whole vector go to the reference.
 */
final class VectorKernels implements Kernels {
    private static final ScalarKernels TAIL = ScalarKernels.INSTANCE;
    private static final int NOTHING = -1;

    private static final int LARGE_TILE = Memory.MAX_TILE;
    private static final int SMALL_TILE = 4 << 10;
    /**
     * Blocks that one kernel call takes, when generating in large and in small tiles. Two at a time measured best for
     * blocks of 4 KiB on Zen 5; on Zen 4 it made no difference. Recovery of two blocks takes the larger number in small
     * tiles: with up to six blocks that was a third to a half faster than two at a time, with eight the same.
     */
    static final int LARGE_GROUP = 6;
    static final int SMALL_GROUP = 2;

    private final int smallGroup;

    VectorKernels() {
        this(SMALL_GROUP);
    }

    /** For tests that want to reach the kernels of large tiles with short blocks. */
    VectorKernels(int smallGroup) {
        this.smallGroup = smallGroup;
    }

    @Override
    public String description() {
        return "vector " + VectorField.SPECIES.vectorBitSize() + " bits, products by "
                + (VectorField.SEVEN_BITS ? "seven bits" : "half bytes");
    }

    private static int whole(int lengthBytes) {
        return lengthBytes & -VectorField.LANES;
    }

    @Override
    public void generate(long[] blocks, int count, long p, long q, int lengthBytes) {
        int whole = whole(lengthBytes);
        if (p != 0 && q != 0) {
            sums(blocks, count, p, q, whole);
        } else if (p != 0) {
            plainSum(blocks, count, NOTHING, 0, p, whole);
        } else if (q != 0) {
            VectorColumns.weightedSum(blocks, count, NOTHING, q, whole);
        }
        TAIL.generate(blocks, count, p, q, whole, lengthBytes);
    }

    @Override
    public int check(long[] blocks, int count, long p, long q, int lengthBytes) {
        int whole = whole(lengthBytes);
        int wrong = 0;
        if (p != 0 && q != 0) {
            wrong = VectorColumns.check(blocks, count, p, q, whole);
        } else if (p != 0) {
            wrong = VectorColumns.differsFromP(blocks, count, p, whole) ? Parity.P_WRONG : 0;
        } else if (q != 0) {
            wrong = VectorColumns.differsFromQ(blocks, count, q, whole) ? Parity.Q_WRONG : 0;
        }
        return wrong | TAIL.check(blocks, count, p, q, whole, lengthBytes);
    }

    @Override
    public void update(long oldBlock, long newBlock, int exponent, long p, long q, int lengthBytes) {
        int whole = whole(lengthBytes);
        if (p != 0 && q != 0) {
            VectorScaled.update(oldBlock, newBlock, Gf256.power(exponent), p, q, whole);
        } else if (p != 0) {
            VectorXor.xor3(oldBlock, newBlock, p, p, whole);
        } else if (q != 0) {
            VectorScaled.updateQ(oldBlock, newBlock, Gf256.power(exponent), q, whole);
        }
        TAIL.update(oldBlock, newBlock, exponent, p, q, whole, lengthBytes);
    }

    @Override
    public void recoverFromP(long[] blocks, int count, long p, int x, int lengthBytes) {
        int whole = whole(lengthBytes);
        plainSum(blocks, count, x, p, blocks[x], whole);
        TAIL.recoverFromP(blocks, count, p, x, whole, lengthBytes);
    }

    @Override
    public void recoverFromQ(long[] blocks, int count, long p, long q, int x, int lengthBytes) {
        int whole = whole(lengthBytes);
        int factor = Gf256.power(-x);
        if (p == 0) {
            VectorColumns.weightedSum(blocks, count, x, blocks[x], whole);
            VectorScaled.finishFromQ(q, blocks[x], factor, whole);
        }
        for (int at = 0; p != 0 && at < whole; at += SMALL_TILE) {
            int length = Math.min(SMALL_TILE, whole - at);
            sumsOfTile(blocks, count, x, NOTHING, LARGE_GROUP, at, p + at, blocks[x] + at, length);
            VectorScaled.finishFromQ(p + at, q + at, blocks[x] + at, factor, length);
        }
        TAIL.recoverFromQ(blocks, count, p, q, x, whole, lengthBytes);
    }

    @Override
    public void recoverPair(long[] blocks, int count, long p, long q, int x, int y, int lengthBytes) {
        int whole = whole(lengthBytes);
        int a = PairCoefficients.a(x, y);
        int b = PairCoefficients.b(x, y);
        for (int at = 0; at < whole; at += SMALL_TILE) {
            int length = Math.min(SMALL_TILE, whole - at);
            sumsOfTile(blocks, count, x, y, LARGE_GROUP, at, blocks[x] + at, blocks[y] + at, length);
            VectorScaled.finishPair(p + at, q + at, blocks[x] + at, blocks[y] + at, a, b, length);
        }
        TAIL.recoverPair(blocks, count, p, q, x, y, whole, lengthBytes);
    }

    @Override
    public void xor(long source, long target, int lengthBytes) {
        int whole = whole(lengthBytes);
        VectorXor.xor2(target, source, target, whole);
        TAIL.xor(source, target, whole, lengthBytes);
    }

    private void sums(long[] blocks, int count, long p, long q, int length) {
        boolean large = length >= LARGE_TILE;
        int tile = large ? LARGE_TILE : SMALL_TILE;
        int group = large ? LARGE_GROUP : smallGroup;
        for (int at = 0; at < length; at += tile) {
            sumsOfTile(blocks, count, NOTHING, NOTHING, group, at, p + at, q + at, Math.min(tile, length - at));
        }
    }

    /** P and Q of all blocks but two, for one tile, which begins {@code at} bytes into each block. */
    private static void sumsOfTile(long[] blocks, int count, int without, int alsoWithout, int group, int at, long p,
            long q, int length) {
        if (count == 0) {
            VectorXor.xor1(Memory.ZEROES, p, length);
            VectorXor.xor1(Memory.ZEROES, q, length);
        }
        for (int end = count; end > 0; end -= group) {
            int start = Math.max(0, end - group);
            VectorGroups.pq(end == count, blocks, start, end - start, without, alsoWithout, at, p, q, length);
        }
    }

    /** The sum of all blocks, with another block in place of one of them. */
    private static void plainSum(long[] blocks, int count, int without, long instead, long target, int length) {
        if (count == 0) {
            fillZero(target, length);
        }
        for (int at = 0; at < length; at += LARGE_TILE) {
            int tileLength = Math.min(LARGE_TILE, length - at);
            for (int start = 0; start < count; start += LARGE_GROUP) {
                int size = Math.min(LARGE_GROUP, count - start);
                VectorGroups.xor(start == 0, blocks, start, size, without, instead, at, target + at, tileLength);
            }
        }
    }

    private static void fillZero(long target, int length) {
        for (int at = 0; at < length; at += LARGE_TILE) {
            VectorXor.xor1(Memory.ZEROES, target + at, Math.min(LARGE_TILE, length - at));
        }
    }
}
