package dev.ashlar.raid.parity;

/**
 * The Vector API implementation: walks blocks in tiles that stay in the first-level cache and calls the one-pass
 * kernels on groups of blocks. Blocks that are not there are read as zeroes from one shared page, so that gaps need no
 * kernels of their own. Bytes after the last whole vector go to the reference.
 */
final class VectorKernels implements Kernels {
    private static final ScalarKernels TAIL = ScalarKernels.INSTANCE;
    private static final int NOTHING = -1;

    static final int LARGE_TILE = Memory.MAX_TILE;
    private static final int SMALL_TILE = Scratch.TILE_BYTES;
    private static final int SMALL_GROUP = 4;
    /** From where on more blocks than one pass takes are still taken as many at a time as possible. */
    private static final int VERY_LONG_BYTES = 128 << 10;

    private final int laneBytes;
    private final int longBlockBytes;
    private final PqPass.First first;
    private final PqPass.Next next;
    private final SumPass sum;
    private final PlainSums sums;
    private final ProductPass product;

    /** @param longBlockBytes from where on blocks count as long, see {@link #group} */
    VectorKernels(int laneBytes, int longBlockBytes, PqPass.First first, PqPass.Next next, SumPass sum,
            ProductPass product) {
        this.laneBytes = laneBytes;
        this.longBlockBytes = longBlockBytes;
        this.first = first;
        this.next = next;
        this.sum = sum;
        this.sums = new PlainSums(sum);
        this.product = product;
    }

    /** The same passes, put together for short blocks as for long ones, so that a test of short blocks meets all. */
    VectorKernels withLongBlocksFrom(int bytes) {
        return new VectorKernels(laneBytes, bytes, first, next, sum, product);
    }

    /** Bytes of one vector. */
    int laneBytes() {
        return laneBytes;
    }

    @Override
    public String description() {
        return "vector " + 8 * laneBytes + " bits, products by " + (laneBytes == 64 ? "seven bits" : "half bytes");
    }

    private int whole(int lengthBytes) {
        return lengthBytes & -laneBytes;
    }

    @Override
    public void generate(long[] blocks, int count, long p, long q, int lengthBytes) {
        int whole = whole(lengthBytes);
        if (p != 0 && q != 0) {
            weightedSums(blocks, count, p, q, whole);
        } else if (p != 0) {
            plainSum(blocks, count, NOTHING, 0, p, whole);
        } else if (q != 0) {
            weightedSum(blocks, count, q, whole);
        }
        if (whole < lengthBytes) {
            TAIL.generate(blocks, count, p, q, whole, lengthBytes);
        }
    }

    @Override
    public int check(long[] blocks, int count, long p, long q, int lengthBytes) {
        int whole = whole(lengthBytes);
        Scratch scratch = Scratch.get();
        int group = group(count, whole);
        int wrong = 0;
        for (int at = 0; at < whole; at += SMALL_TILE) {
            int length = Math.min(SMALL_TILE, whole - at);
            if (q != 0) {
                sumsOfTile(group, blocks, count, NOTHING, NOTHING, at, scratch.plain, scratch.weighted, length);
                wrong |= sum.differ(q + at, scratch.weighted, length) ? Parity.Q_WRONG : 0;
            } else if (p != 0) {
                sums.sum(blocks, count, NOTHING, 0, at, scratch.plain, length, scratch.sources);
            }
            wrong |= p != 0 && sum.differ(p + at, scratch.plain, length) ? Parity.P_WRONG : 0;
        }
        return wrong | (whole < lengthBytes ? TAIL.check(blocks, count, p, q, whole, lengthBytes) : 0);
    }

    @Override
    public void update(long oldBlock, long newBlock, int exponent, long p, long q, int lengthBytes) {
        int whole = whole(lengthBytes);
        if (p != 0 && q != 0) {
            product.update(oldBlock, newBlock, Gf256.power(exponent), p, q, whole);
        } else if (p != 0) {
            sum.sum3(oldBlock, newBlock, p, p, whole);
        } else if (q != 0) {
            product.updateQ(oldBlock, newBlock, Gf256.power(exponent), q, whole);
        }
        if (whole < lengthBytes) {
            TAIL.update(oldBlock, newBlock, exponent, p, q, whole, lengthBytes);
        }
    }

    @Override
    public void recoverFromP(long[] blocks, int count, long p, int x, int lengthBytes) {
        int whole = whole(lengthBytes);
        plainSum(blocks, count, x, p, blocks[x], whole);
        if (whole < lengthBytes) {
            TAIL.recoverFromP(blocks, count, p, x, whole, lengthBytes);
        }
    }

    @Override
    public void recoverFromQ(long[] blocks, int count, long p, long q, int x, int lengthBytes) {
        int whole = whole(lengthBytes);
        int factor = Gf256.power(-x);
        Scratch scratch = Scratch.get();
        for (int at = 0; at < whole; at += SMALL_TILE) {
            int length = Math.min(SMALL_TILE, whole - at);
            long d = blocks[x] + at;
            sumsOfTile(group(count, whole), blocks, count, x, NOTHING, at, p != 0 ? p + at : scratch.plain, d, length);
            if (p != 0) {
                product.finishFromQAndP(p + at, q + at, d, factor, length);
            } else {
                product.finishFromQ(q + at, d, factor, length);
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
        int group = group(count, whole);
        int tile = whole >= VERY_LONG_BYTES ? LARGE_TILE : SMALL_TILE;
        for (int at = 0; at < whole; at += tile) {
            int length = Math.min(tile, whole - at);
            sumsOfTile(group, blocks, count, x, y, at, blocks[x] + at, blocks[y] + at, length);
            product.finishPair(p + at, q + at, blocks[x] + at, blocks[y] + at, a, b, length);
        }
        if (whole < lengthBytes) {
            TAIL.recoverPair(blocks, count, p, q, x, y, whole, lengthBytes);
        }
    }

    @Override
    public void xor(long source, long target, int lengthBytes) {
        int whole = whole(lengthBytes);
        sum.sum2(target, source, target, whole);
        if (whole < lengthBytes) {
            TAIL.xor(source, target, whole, lengthBytes);
        }
    }

    @Override
    public void multiplyAdd(int factor, long source, long target, int lengthBytes) {
        int whole = whole(lengthBytes);
        product.multiplyAdd(factor, source, target, whole);
        if (whole < lengthBytes) {
            TAIL.multiplyAdd(factor, source, target, whole, lengthBytes);
        }
    }

    /**
     * Short blocks are in the first cache, and groups of four the quickest code. Long ones come from the second or from
     * memory: there, what counts is to go over all of them together, so that each is fetched ahead without a break.
     * (Zen 4: eight blocks of 512 KiB from memory 22 instead of 17 GB/s, of 256 KiB 71 instead of 63.)
     */
    private int group(int count, int lengthBytes) {
        boolean together = lengthBytes >= longBlockBytes && count <= PqPass.MOST || lengthBytes >= VERY_LONG_BYTES;
        return together ? PqPass.MOST : SMALL_GROUP;
    }

    private void weightedSums(long[] blocks, int count, long p, long q, int length) {
        int group = group(count, length);
        int tile = group == SMALL_GROUP ? SMALL_TILE : LARGE_TILE;
        for (int at = 0; at < length; at += tile) {
            sumsOfTile(group, blocks, count, NOTHING, NOTHING, at, p + at, q + at, Math.min(tile, length - at));
        }
    }

    private void weightedSum(long[] blocks, int count, long q, int length) {
        Scratch scratch = Scratch.get();
        int group = group(count, length);
        for (int at = 0; at < length; at += SMALL_TILE) {
            sumsOfTile(group, blocks, count, NOTHING, NOTHING, at, scratch.plain, q + at,
                    Math.min(SMALL_TILE, length - at));
        }
    }

    /**
     * P and Q of all blocks but two, for one tile, which begins {@code at} bytes into each block.
     *
     * @param group how many blocks one pass takes
     */
    private void sumsOfTile(int group, long[] blocks, int count, int x, int y, int at, long p, long q, int length) {
        if (count == 0) {
            sum.sum1(Memory.ZEROES, p, length);
            sum.sum1(Memory.ZEROES, q, length);
            return;
        }
        int end = Math.max(0, count - group);
        BlockGroups.first(first, blocks, end, count - end, x, y, at, p, q, length);
        while (end > 0) {
            int start = Math.max(0, end - group);
            BlockGroups.next(next, blocks, start, end - start, x, y, at, p, q, length);
            end = start;
        }
    }

    /** The sum of all blocks, with another block in place of one of them. */
    private void plainSum(long[] blocks, int count, int x, long instead, long target, int length) {
        long[] sources = Scratch.get().sources;
        for (int at = 0; at < length; at += LARGE_TILE) {
            int tileLength = Math.min(LARGE_TILE, length - at);
            sums.sum(blocks, count, x, instead == 0 ? 0 : instead + at, at, target + at, tileLength, sources);
        }
    }
}
