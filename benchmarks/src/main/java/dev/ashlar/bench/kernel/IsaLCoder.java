package dev.ashlar.bench.kernel;

import dev.ashlar.raid.parity.IsaL;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.IntStream;

/**
 * Intel's ISA-L, by the functions that do each operation best: {@code xor_gen}, {@code pq_gen} and {@code pq_check}
 * where they fit, {@code ec_encode_data} with the coefficients of the missing blocks for recovery, {@code gf_vect_mad}
 * to multiply and accumulate. Pointers and tables are made before.
 */
final class IsaLCoder extends Coder {
    private final int count;
    private final int length;
    private final Pointers dataAndP;
    private final Pointers all;
    private final Pointers delta;
    private final Pointers parity;
    private final Pointers addition;
    private final Pointers xorRecovery;
    private final Recovery fromQ;
    private final Recovery fromP;
    private final Recovery pair;
    private final long factorTable;
    private final long updateTables;

    IsaLCoder(Stripes stripes) {
        super(stripes);
        if (!IsaL.available()) {
            throw new UnsupportedOperationException(IsaL.description());
        }
        count = stripes.dataBlocks();
        length = stripes.lengthBytes();
        int p = count;
        int q = count + 1;
        int spare = count + 2;
        dataAndP = new Pointers(IntStream.rangeClosed(0, p));
        all = new Pointers(IntStream.rangeClosed(0, q));
        delta = new Pointers(IntStream.of(FIRST_LOST, spare, spare + 1));
        parity = new Pointers(IntStream.of(p, q));
        addition = new Pointers(IntStream.of(0, spare, spare));
        xorRecovery = new Pointers(IntStream.concat(
                IntStream.rangeClosed(0, p).filter(block -> block != FIRST_LOST), IntStream.of(FIRST_LOST)));
        fromP = new Recovery(FIRST_LOST, q);
        fromQ = new Recovery(FIRST_LOST, p);
        pair = new Recovery(FIRST_LOST, secondLost());
        factorTable = tables(1, 1, new byte[] {(byte) FACTOR});
        updateTables = tables(count, 2,
                ErasureMatrix.coefficients(count, IntStream.range(0, count).toArray(), new int[] {p, q}));
    }

    private long tables(int sources, int targets, byte[] coefficients) {
        MemorySegment rows = stripes.allocate(coefficients.length);
        MemorySegment.copy(coefficients, 0, rows, ValueLayout.JAVA_BYTE, 0, coefficients.length);
        long tables = stripes.allocate((long) sources * targets * IsaL.TABLE_BYTES).address();
        IsaL.ecInitTables(sources, targets, rows.address(), tables);
        return tables;
    }

    @Override
    void generateP(int stripe) {
        require(IsaL.xorGen(count + 1, length, dataAndP.of(stripe)));
    }

    @Override
    void generatePq(int stripe) {
        require(IsaL.pqGen(count + 2, length, all.of(stripe)));
    }

    @Override
    int check(int stripe) {
        return IsaL.pqCheck(count + 2, length, all.of(stripe));
    }

    /** There is no function for the change of a block, so the change is computed first. */
    @Override
    void update(int stripe) {
        require(IsaL.xorGen(3, length, delta.of(stripe)));
        IsaL.ecEncodeDataUpdate(length, count, 2, FIRST_LOST, updateTables, stripes.block(stripe, count + 3),
                parity.of(stripe));
    }

    @Override
    void multiplyAccumulate(int stripe) {
        IsaL.gfVectMad(length, 1, 0, factorTable, stripes.block(stripe, 0), stripes.spare(stripe));
    }

    @Override
    void xor(int stripe) {
        require(IsaL.xorGen(3, length, addition.of(stripe)));
    }

    @Override
    void recoverD(int stripe) {
        require(IsaL.xorGen(count + 1, length, xorRecovery.of(stripe)));
    }

    @Override
    void recoverDp(int stripe) {
        fromQ.run(stripe);
    }

    @Override
    void recoverDq(int stripe) {
        fromP.run(stripe);
    }

    @Override
    void recoverDd(int stripe) {
        pair.run(stripe);
    }

    private static void require(int result) {
        if (result != 0) {
            throw new IllegalStateException("ISA-L refused its arguments: result=" + result);
        }
    }

    /** For each stripe an array of addresses of the same blocks of it. */
    private final class Pointers {
        private final long base;
        private final long stepBytes;

        Pointers(IntStream blocks) {
            int[] numbers = blocks.toArray();
            stepBytes = (long) numbers.length * Long.BYTES;
            MemorySegment arrays = stripes.allocate(stepBytes * stripes.count());
            for (int stripe = 0; stripe < stripes.count(); stripe++) {
                for (int i = 0; i < numbers.length; i++) {
                    arrays.set(ValueLayout.JAVA_LONG, stripe * stepBytes + (long) i * Long.BYTES,
                            stripes.block(stripe, numbers[i]));
                }
            }
            base = arrays.address();
        }

        long of(int stripe) {
            return base + stripe * stepBytes;
        }
    }

    /** Makes two blocks of a stripe from all others. */
    private final class Recovery {
        private final Pointers sources;
        private final Pointers targets;
        private final long tables;

        Recovery(int first, int second) {
            int[] from = IntStream.range(0, count + 2).filter(block -> block != first && block != second).toArray();
            sources = new Pointers(IntStream.of(from));
            targets = new Pointers(IntStream.of(first, second));
            tables = tables(count, 2, ErasureMatrix.coefficients(count, from, new int[] {first, second}));
        }

        void run(int stripe) {
            IsaL.ecEncodeData(length, count, 2, tables, sources.of(stripe), targets.of(stripe));
        }
    }
}
