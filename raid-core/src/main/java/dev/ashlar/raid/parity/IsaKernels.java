package dev.ashlar.raid.parity;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * ISA-L's kernels. What the library cannot do is done by other kernels: addresses and lengths that are not multiples of
 * {@link IsaL#ALIGNMENT} (some of its code would end the process), stripes with gaps or fewer than two blocks, and
 * Q alone. Pointers and coefficients are passed in native memory, some KiB for each thread that calls.
 */
final class IsaKernels implements Kernels {
    private static final long ALIGNED = IsaL.ALIGNMENT - 1;
    private static final int FACTOR_BYTES = IsaL.TABLE_BYTES;

    private final Kernels others;
    private final ThreadLocal<Arguments> arguments = ThreadLocal.withInitial(Arguments::new);
    /** The table of each factor. */
    private final MemorySegment tables = Arena.ofAuto().allocate(256L * FACTOR_BYTES, IsaL.ALIGNMENT);

    /** @param others what does the rest */
    IsaKernels(Kernels others) {
        this.others = others;
        Arguments own = arguments.get();
        for (int factor = 0; factor < 256; factor++) {
            own.coefficient(0, factor);
            IsaL.ecInitTables(1, 1, own.coefficients, table(factor));
        }
    }

    /** What one thread passes to the library. */
    private static final class Arguments {
        /** All blocks, P and Q. */
        private static final int SOURCES = Parity.MAX_BLOCKS + 2;

        final long pointers;
        final long targets;
        final long coefficients;
        final long expanded;
        private final MemorySegment memory;

        Arguments() {
            memory = Arena.ofAuto().allocate(SOURCES * (2L * FACTOR_BYTES + 8 + 2) + 2 * 8, IsaL.ALIGNMENT);
            expanded = memory.address();
            pointers = expanded + SOURCES * 2L * FACTOR_BYTES;
            targets = pointers + SOURCES * 8L;
            coefficients = targets + 2 * 8L;
        }

        void pointer(int index, long address) {
            Memory.ALL.set(JAVA_LONG, pointers + index * 8L, address);
        }

        void target(int index, long address) {
            Memory.ALL.set(JAVA_LONG, targets + index * 8L, address);
        }

        void coefficient(int index, int factor) {
            Memory.ALL.set(JAVA_BYTE, coefficients + index, (byte) factor);
        }
    }

    @Override
    public String description() {
        return IsaL.description();
    }

    private long table(int factor) {
        return tables.address() + (long) factor * FACTOR_BYTES;
    }

    /** Whether all are aligned and none is a gap. */
    private static boolean fit(long[] blocks, int count, long p, long q, int lengthBytes) {
        long bits = lengthBytes | p | q;
        for (int e = 0; e < count; e++) {
            if (blocks[e] == 0) {
                return false;
            }
            bits |= blocks[e];
        }
        return count >= 2 && lengthBytes > 0 && (bits & ALIGNED) == 0;
    }

    /** All blocks, but with another in place of {@code x}. */
    private Arguments pointersTo(long[] blocks, int count, int x, long instead) {
        Arguments own = arguments.get();
        for (int e = 0; e < count; e++) {
            own.pointer(e, e == x ? instead : blocks[e]);
        }
        return own;
    }

    @Override
    public void generate(long[] blocks, int count, long p, long q, int lengthBytes) {
        if (!fit(blocks, count, p, q, lengthBytes) || p == 0) {
            others.generate(blocks, count, p, q, lengthBytes);
            return;
        }
        Arguments own = pointersTo(blocks, count, -1, 0);
        own.pointer(count, p);
        if (q == 0) {
            done(IsaL.xorGen(count + 1, lengthBytes, own.pointers));
        } else {
            own.pointer(count + 1, q);
            done(IsaL.pqGen(count + 2, lengthBytes, own.pointers));
        }
    }

    /** The library says only whether anything is wrong; what it is, and Q alone, the others say. */
    @Override
    public int check(long[] blocks, int count, long p, long q, int lengthBytes) {
        if (!fit(blocks, count, p, q, lengthBytes) || p == 0) {
            return others.check(blocks, count, p, q, lengthBytes);
        }
        Arguments own = pointersTo(blocks, count, -1, 0);
        own.pointer(count, p);
        if (q == 0) {
            return IsaL.xorCheck(count + 1, lengthBytes, own.pointers) == 0 ? 0 : Parity.P_WRONG;
        }
        own.pointer(count + 1, q);
        return IsaL.pqCheck(count + 2, lengthBytes, own.pointers) == 0
                ? 0 : others.check(blocks, count, p, q, lengthBytes);
    }

    @Override
    public void update(long oldBlock, long newBlock, int exponent, long p, long q, int lengthBytes) {
        if (((oldBlock | newBlock | p | q | lengthBytes) & ALIGNED) != 0 || lengthBytes == 0) {
            others.update(oldBlock, newBlock, exponent, p, q, lengthBytes);
            return;
        }
        if (p != 0) {
            Arguments own = arguments.get();
            own.pointer(0, oldBlock);
            own.pointer(1, newBlock);
            own.pointer(2, p);
            own.pointer(3, p);
            done(IsaL.xorGen(4, lengthBytes, own.pointers));
        }
        if (q != 0) {
            long table = table(Gf256.power(exponent));
            IsaL.gfVectMad(lengthBytes, 1, 0, table, oldBlock, q);
            IsaL.gfVectMad(lengthBytes, 1, 0, table, newBlock, q);
        }
    }

    @Override
    public void recoverFromP(long[] blocks, int count, long p, int x, int lengthBytes) {
        if (!fit(blocks, count, p, 0, lengthBytes)) {
            others.recoverFromP(blocks, count, p, x, lengthBytes);
            return;
        }
        Arguments own = pointersTo(blocks, count, x, p);
        own.pointer(count, blocks[x]);
        done(IsaL.xorGen(count + 1, lengthBytes, own.pointers));
    }

    /** {@code D_x = g^-x * Q + sum of g^(e-x) * D_e}, and P is that and all others. */
    @Override
    public void recoverFromQ(long[] blocks, int count, long p, long q, int x, int lengthBytes) {
        if (!fit(blocks, count, p, q, lengthBytes)) {
            others.recoverFromQ(blocks, count, p, q, x, lengthBytes);
            return;
        }
        Arguments own = pointersTo(blocks, count, x, q);
        int rows = p == 0 ? 1 : 2;
        for (int e = 0; e < count; e++) {
            int factor = Gf256.power(e == x ? -x : e - x);
            own.coefficient(e, factor);
            own.coefficient(count + e, e == x ? factor : factor ^ 1);
        }
        own.target(0, blocks[x]);
        own.target(1, p);
        IsaL.ecInitTables(count, rows, own.coefficients, own.expanded);
        IsaL.ecEncodeData(lengthBytes, count, rows, own.expanded, own.pointers, own.targets);
    }

    /** The formulas of {@link Parity}, multiplied out to a factor for each block that is there. */
    @Override
    public void recoverPair(long[] blocks, int count, long p, long q, int x, int y, int lengthBytes) {
        if (!fit(blocks, count, p, q, lengthBytes)) {
            others.recoverPair(blocks, count, p, q, x, y, lengthBytes);
            return;
        }
        int a = PairCoefficients.a(x, y);
        int b = PairCoefficients.b(x, y);
        Arguments own = pointersTo(blocks, count, x, p);
        own.pointer(y, q);
        for (int e = 0; e < count; e++) {
            int plain = e == y ? 0 : 1;
            int factor = e == x ? a : e == y ? b : a ^ Gf256.multiply(b, Gf256.power(e));
            own.coefficient(e, factor);
            own.coefficient(count + e, factor ^ plain);
        }
        own.target(0, blocks[x]);
        own.target(1, blocks[y]);
        IsaL.ecInitTables(count, 2, own.coefficients, own.expanded);
        IsaL.ecEncodeData(lengthBytes, count, 2, own.expanded, own.pointers, own.targets);
    }

    @Override
    public void xor(long source, long target, int lengthBytes) {
        if (((source | target | lengthBytes) & ALIGNED) != 0 || lengthBytes == 0) {
            others.xor(source, target, lengthBytes);
            return;
        }
        Arguments own = arguments.get();
        own.pointer(0, source);
        own.pointer(1, target);
        own.pointer(2, target);
        done(IsaL.xorGen(3, lengthBytes, own.pointers));
    }

    @Override
    public void multiplyAdd(int factor, long source, long target, int lengthBytes) {
        if (((source | target | lengthBytes) & ALIGNED) != 0 || lengthBytes == 0) {
            others.multiplyAdd(factor, source, target, lengthBytes);
        } else {
            IsaL.gfVectMad(lengthBytes, 1, 0, table(factor), source, target);
        }
    }

    private static void done(int result) {
        if (result != 0) {
            throw new IllegalStateException("ISA-L refused its arguments: " + result);
        }
    }
}
