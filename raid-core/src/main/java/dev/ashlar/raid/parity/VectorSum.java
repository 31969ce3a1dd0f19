package dev.ashlar.raid.parity;

import static dev.ashlar.raid.parity.Memory.ALL;
import static jdk.incubator.vector.ByteVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.NE;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link SumPass} by vectors. Its loops follow the rules in {@link VectorCopies}.
 */
final class VectorSum implements SumPass {
    private static final VectorSpecies<Byte> SPECIES = VectorCopies.speciesOf(MethodHandles.lookup());
    private static final int LANES = SPECIES.length();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    @Override
    public void sum1(long a0, long target, int length) {
        long d0 = a0 & Memory.ADDRESS_BITS;
        long to = target & Memory.ADDRESS_BITS;
        for (int i = 0; i < length; i += LANES) {
            int at = i & Integer.MAX_VALUE;
            fromMemorySegment(SPECIES, ALL, d0 + at, ORDER).intoMemorySegment(ALL, to + at, ORDER);
        }
    }

    @Override
    public void sum2(long a0, long a1, long target, int length) {
        long d0 = a0 & Memory.ADDRESS_BITS;
        long d1 = a1 & Memory.ADDRESS_BITS;
        long to = target & Memory.ADDRESS_BITS;
        for (int i = 0; i < length; i += LANES) {
            int at = i & Integer.MAX_VALUE;
            fromMemorySegment(SPECIES, ALL, d0 + at, ORDER)
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d1 + at, ORDER))
                    .intoMemorySegment(ALL, to + at, ORDER);
        }
    }

    @Override
    public void sum3(long a0, long a1, long a2, long target, int length) {
        long d0 = a0 & Memory.ADDRESS_BITS;
        long d1 = a1 & Memory.ADDRESS_BITS;
        long d2 = a2 & Memory.ADDRESS_BITS;
        long to = target & Memory.ADDRESS_BITS;
        for (int i = 0; i < length; i += LANES) {
            int at = i & Integer.MAX_VALUE;
            fromMemorySegment(SPECIES, ALL, d0 + at, ORDER)
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d1 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d2 + at, ORDER))
                    .intoMemorySegment(ALL, to + at, ORDER);
        }
    }

    @Override
    public void sum4(long a0, long a1, long a2, long a3, long target, int length) {
        long d0 = a0 & Memory.ADDRESS_BITS;
        long d1 = a1 & Memory.ADDRESS_BITS;
        long d2 = a2 & Memory.ADDRESS_BITS;
        long d3 = a3 & Memory.ADDRESS_BITS;
        long to = target & Memory.ADDRESS_BITS;
        for (int i = 0; i < length; i += LANES) {
            int at = i & Integer.MAX_VALUE;
            fromMemorySegment(SPECIES, ALL, d0 + at, ORDER)
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d1 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d2 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d3 + at, ORDER))
                    .intoMemorySegment(ALL, to + at, ORDER);
        }
    }

    @Override
    public void sum5(long a0, long a1, long a2, long a3, long a4, long target, int length) {
        long d0 = a0 & Memory.ADDRESS_BITS;
        long d1 = a1 & Memory.ADDRESS_BITS;
        long d2 = a2 & Memory.ADDRESS_BITS;
        long d3 = a3 & Memory.ADDRESS_BITS;
        long d4 = a4 & Memory.ADDRESS_BITS;
        long to = target & Memory.ADDRESS_BITS;
        for (int i = 0; i < length; i += LANES) {
            int at = i & Integer.MAX_VALUE;
            fromMemorySegment(SPECIES, ALL, d0 + at, ORDER)
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d1 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d2 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d3 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d4 + at, ORDER))
                    .intoMemorySegment(ALL, to + at, ORDER);
        }
    }

    @Override
    public void sum6(long a0, long a1, long a2, long a3, long a4, long a5, long target, int length) {
        long d0 = a0 & Memory.ADDRESS_BITS;
        long d1 = a1 & Memory.ADDRESS_BITS;
        long d2 = a2 & Memory.ADDRESS_BITS;
        long d3 = a3 & Memory.ADDRESS_BITS;
        long d4 = a4 & Memory.ADDRESS_BITS;
        long d5 = a5 & Memory.ADDRESS_BITS;
        long to = target & Memory.ADDRESS_BITS;
        for (int i = 0; i < length; i += LANES) {
            int at = i & Integer.MAX_VALUE;
            fromMemorySegment(SPECIES, ALL, d0 + at, ORDER)
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d1 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d2 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d3 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d4 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d5 + at, ORDER))
                    .intoMemorySegment(ALL, to + at, ORDER);
        }
    }

    @Override
    public void sum7(long a0, long a1, long a2, long a3, long a4, long a5, long a6, long target, int length) {
        long d0 = a0 & Memory.ADDRESS_BITS;
        long d1 = a1 & Memory.ADDRESS_BITS;
        long d2 = a2 & Memory.ADDRESS_BITS;
        long d3 = a3 & Memory.ADDRESS_BITS;
        long d4 = a4 & Memory.ADDRESS_BITS;
        long d5 = a5 & Memory.ADDRESS_BITS;
        long d6 = a6 & Memory.ADDRESS_BITS;
        long to = target & Memory.ADDRESS_BITS;
        for (int i = 0; i < length; i += LANES) {
            int at = i & Integer.MAX_VALUE;
            fromMemorySegment(SPECIES, ALL, d0 + at, ORDER)
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d1 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d2 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d3 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d4 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d5 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d6 + at, ORDER))
                    .intoMemorySegment(ALL, to + at, ORDER);
        }
    }

    @Override
    public void sum8(long a0, long a1, long a2, long a3, long a4, long a5, long a6, long a7, long target, int length) {
        long d0 = a0 & Memory.ADDRESS_BITS;
        long d1 = a1 & Memory.ADDRESS_BITS;
        long d2 = a2 & Memory.ADDRESS_BITS;
        long d3 = a3 & Memory.ADDRESS_BITS;
        long d4 = a4 & Memory.ADDRESS_BITS;
        long d5 = a5 & Memory.ADDRESS_BITS;
        long d6 = a6 & Memory.ADDRESS_BITS;
        long d7 = a7 & Memory.ADDRESS_BITS;
        long to = target & Memory.ADDRESS_BITS;
        for (int i = 0; i < length; i += LANES) {
            int at = i & Integer.MAX_VALUE;
            fromMemorySegment(SPECIES, ALL, d0 + at, ORDER)
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d1 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d2 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d3 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d4 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d5 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d6 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d7 + at, ORDER))
                    .intoMemorySegment(ALL, to + at, ORDER);
        }
    }

    @Override
    public void sum12(long a0, long a1, long a2, long a3, long a4, long a5, long a6, long a7, long a8, long a9,
            long a10, long a11, long target, int length) {
        long d0 = a0 & Memory.ADDRESS_BITS;
        long d1 = a1 & Memory.ADDRESS_BITS;
        long d2 = a2 & Memory.ADDRESS_BITS;
        long d3 = a3 & Memory.ADDRESS_BITS;
        long d4 = a4 & Memory.ADDRESS_BITS;
        long d5 = a5 & Memory.ADDRESS_BITS;
        long d6 = a6 & Memory.ADDRESS_BITS;
        long d7 = a7 & Memory.ADDRESS_BITS;
        long d8 = a8 & Memory.ADDRESS_BITS;
        long d9 = a9 & Memory.ADDRESS_BITS;
        long d10 = a10 & Memory.ADDRESS_BITS;
        long d11 = a11 & Memory.ADDRESS_BITS;
        long to = target & Memory.ADDRESS_BITS;
        for (int i = 0; i < length; i += LANES) {
            int at = i & Integer.MAX_VALUE;
            fromMemorySegment(SPECIES, ALL, d0 + at, ORDER)
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d1 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d2 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d3 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d4 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d5 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d6 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d7 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d8 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d9 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d10 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d11 + at, ORDER))
                    .intoMemorySegment(ALL, to + at, ORDER);
        }
    }

    @Override
    public void sum16(long a0, long a1, long a2, long a3, long a4, long a5, long a6, long a7, long a8, long a9,
            long a10, long a11, long a12, long a13, long a14, long a15, long target, int length) {
        long d0 = a0 & Memory.ADDRESS_BITS;
        long d1 = a1 & Memory.ADDRESS_BITS;
        long d2 = a2 & Memory.ADDRESS_BITS;
        long d3 = a3 & Memory.ADDRESS_BITS;
        long d4 = a4 & Memory.ADDRESS_BITS;
        long d5 = a5 & Memory.ADDRESS_BITS;
        long d6 = a6 & Memory.ADDRESS_BITS;
        long d7 = a7 & Memory.ADDRESS_BITS;
        long d8 = a8 & Memory.ADDRESS_BITS;
        long d9 = a9 & Memory.ADDRESS_BITS;
        long d10 = a10 & Memory.ADDRESS_BITS;
        long d11 = a11 & Memory.ADDRESS_BITS;
        long d12 = a12 & Memory.ADDRESS_BITS;
        long d13 = a13 & Memory.ADDRESS_BITS;
        long d14 = a14 & Memory.ADDRESS_BITS;
        long d15 = a15 & Memory.ADDRESS_BITS;
        long to = target & Memory.ADDRESS_BITS;
        for (int i = 0; i < length; i += LANES) {
            int at = i & Integer.MAX_VALUE;
            fromMemorySegment(SPECIES, ALL, d0 + at, ORDER)
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d1 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d2 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d3 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d4 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d5 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d6 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d7 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d8 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d9 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d10 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d11 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d12 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d13 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d14 + at, ORDER))
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, d15 + at, ORDER))
                    .intoMemorySegment(ALL, to + at, ORDER);
        }
    }

    @Override
    public boolean differ(long a, long b, int length) {
        long fromA = a & Memory.ADDRESS_BITS;
        long fromB = b & Memory.ADDRESS_BITS;
        for (int i = 0; i < length; i += LANES) {
            int at = i & Integer.MAX_VALUE;
            if (fromMemorySegment(SPECIES, ALL, fromA + at, ORDER)
                    .compare(NE, fromMemorySegment(SPECIES, ALL, fromB + at, ORDER))
                    .anyTrue()) {
                return true;
            }
        }
        return false;
    }
}
