package dev.ashlar.raid.parity;

import static dev.ashlar.raid.parity.Memory.ALL;
import static jdk.incubator.vector.ByteVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link PqPass} that goes on with the P and Q in memory. Its loops follow the rules in {@link VectorCopies}.
 */
final class VectorPqNext implements PqPass.Next {
    private static final VectorSpecies<Byte> SPECIES = VectorCopies.speciesOf(MethodHandles.lookup());
    private static final int LANES = SPECIES.length();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final byte POLYNOMIAL = Gf256.POLYNOMIAL;

    @Override
    public void next1(long a0, long p, long q, int length) {
        ByteVector zero = ByteVector.zero(SPECIES);
        ByteVector polynomial = ByteVector.broadcast(SPECIES, POLYNOMIAL);
        long d0 = a0 & Memory.ADDRESS_BITS;
        long toP = p & Memory.ADDRESS_BITS;
        long toQ = q & Memory.ADDRESS_BITS;
        for (int i = 0; i < length; i += LANES) {
            int at = i & Integer.MAX_VALUE;
            ByteVector plain = fromMemorySegment(SPECIES, ALL, toP + at, ORDER);
            ByteVector weighted = fromMemorySegment(SPECIES, ALL, toQ + at, ORDER);
            ByteVector x0 = fromMemorySegment(SPECIES, ALL, d0 + at, ORDER);
            plain = plain.lanewise(XOR, x0);
            weighted = weighted.add(weighted)
                    .lanewise(XOR, zero.blend(polynomial, weighted.compare(LT, zero)))
                    .lanewise(XOR, x0);
            plain.intoMemorySegment(ALL, toP + at, ORDER);
            weighted.intoMemorySegment(ALL, toQ + at, ORDER);
        }
    }

    @Override
    public void next2(long a0, long a1, long p, long q, int length) {
        ByteVector zero = ByteVector.zero(SPECIES);
        ByteVector polynomial = ByteVector.broadcast(SPECIES, POLYNOMIAL);
        long d0 = a0 & Memory.ADDRESS_BITS;
        long d1 = a1 & Memory.ADDRESS_BITS;
        long toP = p & Memory.ADDRESS_BITS;
        long toQ = q & Memory.ADDRESS_BITS;
        for (int i = 0; i < length; i += LANES) {
            int at = i & Integer.MAX_VALUE;
            ByteVector plain = fromMemorySegment(SPECIES, ALL, toP + at, ORDER);
            ByteVector weighted = fromMemorySegment(SPECIES, ALL, toQ + at, ORDER);
            ByteVector x1 = fromMemorySegment(SPECIES, ALL, d1 + at, ORDER);
            plain = plain.lanewise(XOR, x1);
            weighted = weighted.add(weighted)
                    .lanewise(XOR, zero.blend(polynomial, weighted.compare(LT, zero)))
                    .lanewise(XOR, x1);
            ByteVector x0 = fromMemorySegment(SPECIES, ALL, d0 + at, ORDER);
            plain = plain.lanewise(XOR, x0);
            weighted = weighted.add(weighted)
                    .lanewise(XOR, zero.blend(polynomial, weighted.compare(LT, zero)))
                    .lanewise(XOR, x0);
            plain.intoMemorySegment(ALL, toP + at, ORDER);
            weighted.intoMemorySegment(ALL, toQ + at, ORDER);
        }
    }

    @Override
    public void next3(long a0, long a1, long a2, long p, long q, int length) {
        ByteVector zero = ByteVector.zero(SPECIES);
        ByteVector polynomial = ByteVector.broadcast(SPECIES, POLYNOMIAL);
        long d0 = a0 & Memory.ADDRESS_BITS;
        long d1 = a1 & Memory.ADDRESS_BITS;
        long d2 = a2 & Memory.ADDRESS_BITS;
        long toP = p & Memory.ADDRESS_BITS;
        long toQ = q & Memory.ADDRESS_BITS;
        for (int i = 0; i < length; i += LANES) {
            int at = i & Integer.MAX_VALUE;
            ByteVector plain = fromMemorySegment(SPECIES, ALL, toP + at, ORDER);
            ByteVector weighted = fromMemorySegment(SPECIES, ALL, toQ + at, ORDER);
            ByteVector x2 = fromMemorySegment(SPECIES, ALL, d2 + at, ORDER);
            plain = plain.lanewise(XOR, x2);
            weighted = weighted.add(weighted)
                    .lanewise(XOR, zero.blend(polynomial, weighted.compare(LT, zero)))
                    .lanewise(XOR, x2);
            ByteVector x1 = fromMemorySegment(SPECIES, ALL, d1 + at, ORDER);
            plain = plain.lanewise(XOR, x1);
            weighted = weighted.add(weighted)
                    .lanewise(XOR, zero.blend(polynomial, weighted.compare(LT, zero)))
                    .lanewise(XOR, x1);
            ByteVector x0 = fromMemorySegment(SPECIES, ALL, d0 + at, ORDER);
            plain = plain.lanewise(XOR, x0);
            weighted = weighted.add(weighted)
                    .lanewise(XOR, zero.blend(polynomial, weighted.compare(LT, zero)))
                    .lanewise(XOR, x0);
            plain.intoMemorySegment(ALL, toP + at, ORDER);
            weighted.intoMemorySegment(ALL, toQ + at, ORDER);
        }
    }

    @Override
    public void next4(long a0, long a1, long a2, long a3, long p, long q, int length) {
        ByteVector zero = ByteVector.zero(SPECIES);
        ByteVector polynomial = ByteVector.broadcast(SPECIES, POLYNOMIAL);
        long d0 = a0 & Memory.ADDRESS_BITS;
        long d1 = a1 & Memory.ADDRESS_BITS;
        long d2 = a2 & Memory.ADDRESS_BITS;
        long d3 = a3 & Memory.ADDRESS_BITS;
        long toP = p & Memory.ADDRESS_BITS;
        long toQ = q & Memory.ADDRESS_BITS;
        for (int i = 0; i < length; i += LANES) {
            int at = i & Integer.MAX_VALUE;
            ByteVector plain = fromMemorySegment(SPECIES, ALL, toP + at, ORDER);
            ByteVector weighted = fromMemorySegment(SPECIES, ALL, toQ + at, ORDER);
            ByteVector x3 = fromMemorySegment(SPECIES, ALL, d3 + at, ORDER);
            plain = plain.lanewise(XOR, x3);
            weighted = weighted.add(weighted)
                    .lanewise(XOR, zero.blend(polynomial, weighted.compare(LT, zero)))
                    .lanewise(XOR, x3);
            ByteVector x2 = fromMemorySegment(SPECIES, ALL, d2 + at, ORDER);
            plain = plain.lanewise(XOR, x2);
            weighted = weighted.add(weighted)
                    .lanewise(XOR, zero.blend(polynomial, weighted.compare(LT, zero)))
                    .lanewise(XOR, x2);
            ByteVector x1 = fromMemorySegment(SPECIES, ALL, d1 + at, ORDER);
            plain = plain.lanewise(XOR, x1);
            weighted = weighted.add(weighted)
                    .lanewise(XOR, zero.blend(polynomial, weighted.compare(LT, zero)))
                    .lanewise(XOR, x1);
            ByteVector x0 = fromMemorySegment(SPECIES, ALL, d0 + at, ORDER);
            plain = plain.lanewise(XOR, x0);
            weighted = weighted.add(weighted)
                    .lanewise(XOR, zero.blend(polynomial, weighted.compare(LT, zero)))
                    .lanewise(XOR, x0);
            plain.intoMemorySegment(ALL, toP + at, ORDER);
            weighted.intoMemorySegment(ALL, toQ + at, ORDER);
        }
    }

    @Override
    public void next5(long a0, long a1, long a2, long a3, long a4, long p, long q, int length) {
        ByteVector zero = ByteVector.zero(SPECIES);
        ByteVector polynomial = ByteVector.broadcast(SPECIES, POLYNOMIAL);
        long d0 = a0 & Memory.ADDRESS_BITS;
        long d1 = a1 & Memory.ADDRESS_BITS;
        long d2 = a2 & Memory.ADDRESS_BITS;
        long d3 = a3 & Memory.ADDRESS_BITS;
        long d4 = a4 & Memory.ADDRESS_BITS;
        long toP = p & Memory.ADDRESS_BITS;
        long toQ = q & Memory.ADDRESS_BITS;
        for (int i = 0; i < length; i += LANES) {
            int at = i & Integer.MAX_VALUE;
            ByteVector plain = fromMemorySegment(SPECIES, ALL, toP + at, ORDER);
            ByteVector weighted = fromMemorySegment(SPECIES, ALL, toQ + at, ORDER);
            ByteVector x4 = fromMemorySegment(SPECIES, ALL, d4 + at, ORDER);
            plain = plain.lanewise(XOR, x4);
            weighted = weighted.add(weighted)
                    .lanewise(XOR, zero.blend(polynomial, weighted.compare(LT, zero)))
                    .lanewise(XOR, x4);
            ByteVector x3 = fromMemorySegment(SPECIES, ALL, d3 + at, ORDER);
            plain = plain.lanewise(XOR, x3);
            weighted = weighted.add(weighted)
                    .lanewise(XOR, zero.blend(polynomial, weighted.compare(LT, zero)))
                    .lanewise(XOR, x3);
            ByteVector x2 = fromMemorySegment(SPECIES, ALL, d2 + at, ORDER);
            plain = plain.lanewise(XOR, x2);
            weighted = weighted.add(weighted)
                    .lanewise(XOR, zero.blend(polynomial, weighted.compare(LT, zero)))
                    .lanewise(XOR, x2);
            ByteVector x1 = fromMemorySegment(SPECIES, ALL, d1 + at, ORDER);
            plain = plain.lanewise(XOR, x1);
            weighted = weighted.add(weighted)
                    .lanewise(XOR, zero.blend(polynomial, weighted.compare(LT, zero)))
                    .lanewise(XOR, x1);
            ByteVector x0 = fromMemorySegment(SPECIES, ALL, d0 + at, ORDER);
            plain = plain.lanewise(XOR, x0);
            weighted = weighted.add(weighted)
                    .lanewise(XOR, zero.blend(polynomial, weighted.compare(LT, zero)))
                    .lanewise(XOR, x0);
            plain.intoMemorySegment(ALL, toP + at, ORDER);
            weighted.intoMemorySegment(ALL, toQ + at, ORDER);
        }
    }

    @Override
    public void next6(long a0, long a1, long a2, long a3, long a4, long a5, long p, long q, int length) {
        ByteVector zero = ByteVector.zero(SPECIES);
        ByteVector polynomial = ByteVector.broadcast(SPECIES, POLYNOMIAL);
        long d0 = a0 & Memory.ADDRESS_BITS;
        long d1 = a1 & Memory.ADDRESS_BITS;
        long d2 = a2 & Memory.ADDRESS_BITS;
        long d3 = a3 & Memory.ADDRESS_BITS;
        long d4 = a4 & Memory.ADDRESS_BITS;
        long d5 = a5 & Memory.ADDRESS_BITS;
        long toP = p & Memory.ADDRESS_BITS;
        long toQ = q & Memory.ADDRESS_BITS;
        for (int i = 0; i < length; i += LANES) {
            int at = i & Integer.MAX_VALUE;
            ByteVector plain = fromMemorySegment(SPECIES, ALL, toP + at, ORDER);
            ByteVector weighted = fromMemorySegment(SPECIES, ALL, toQ + at, ORDER);
            ByteVector x5 = fromMemorySegment(SPECIES, ALL, d5 + at, ORDER);
            plain = plain.lanewise(XOR, x5);
            weighted = weighted.add(weighted)
                    .lanewise(XOR, zero.blend(polynomial, weighted.compare(LT, zero)))
                    .lanewise(XOR, x5);
            ByteVector x4 = fromMemorySegment(SPECIES, ALL, d4 + at, ORDER);
            plain = plain.lanewise(XOR, x4);
            weighted = weighted.add(weighted)
                    .lanewise(XOR, zero.blend(polynomial, weighted.compare(LT, zero)))
                    .lanewise(XOR, x4);
            ByteVector x3 = fromMemorySegment(SPECIES, ALL, d3 + at, ORDER);
            plain = plain.lanewise(XOR, x3);
            weighted = weighted.add(weighted)
                    .lanewise(XOR, zero.blend(polynomial, weighted.compare(LT, zero)))
                    .lanewise(XOR, x3);
            ByteVector x2 = fromMemorySegment(SPECIES, ALL, d2 + at, ORDER);
            plain = plain.lanewise(XOR, x2);
            weighted = weighted.add(weighted)
                    .lanewise(XOR, zero.blend(polynomial, weighted.compare(LT, zero)))
                    .lanewise(XOR, x2);
            ByteVector x1 = fromMemorySegment(SPECIES, ALL, d1 + at, ORDER);
            plain = plain.lanewise(XOR, x1);
            weighted = weighted.add(weighted)
                    .lanewise(XOR, zero.blend(polynomial, weighted.compare(LT, zero)))
                    .lanewise(XOR, x1);
            ByteVector x0 = fromMemorySegment(SPECIES, ALL, d0 + at, ORDER);
            plain = plain.lanewise(XOR, x0);
            weighted = weighted.add(weighted)
                    .lanewise(XOR, zero.blend(polynomial, weighted.compare(LT, zero)))
                    .lanewise(XOR, x0);
            plain.intoMemorySegment(ALL, toP + at, ORDER);
            weighted.intoMemorySegment(ALL, toQ + at, ORDER);
        }
    }

    @Override
    public void next7(long a0, long a1, long a2, long a3, long a4, long a5, long a6, long p, long q, int length) {
        ByteVector zero = ByteVector.zero(SPECIES);
        ByteVector polynomial = ByteVector.broadcast(SPECIES, POLYNOMIAL);
        long d0 = a0 & Memory.ADDRESS_BITS;
        long d1 = a1 & Memory.ADDRESS_BITS;
        long d2 = a2 & Memory.ADDRESS_BITS;
        long d3 = a3 & Memory.ADDRESS_BITS;
        long d4 = a4 & Memory.ADDRESS_BITS;
        long d5 = a5 & Memory.ADDRESS_BITS;
        long d6 = a6 & Memory.ADDRESS_BITS;
        long toP = p & Memory.ADDRESS_BITS;
        long toQ = q & Memory.ADDRESS_BITS;
        for (int i = 0; i < length; i += LANES) {
            int at = i & Integer.MAX_VALUE;
            ByteVector plain = fromMemorySegment(SPECIES, ALL, toP + at, ORDER);
            ByteVector weighted = fromMemorySegment(SPECIES, ALL, toQ + at, ORDER);
            ByteVector x6 = fromMemorySegment(SPECIES, ALL, d6 + at, ORDER);
            plain = plain.lanewise(XOR, x6);
            weighted = weighted.add(weighted)
                    .lanewise(XOR, zero.blend(polynomial, weighted.compare(LT, zero)))
                    .lanewise(XOR, x6);
            ByteVector x5 = fromMemorySegment(SPECIES, ALL, d5 + at, ORDER);
            plain = plain.lanewise(XOR, x5);
            weighted = weighted.add(weighted)
                    .lanewise(XOR, zero.blend(polynomial, weighted.compare(LT, zero)))
                    .lanewise(XOR, x5);
            ByteVector x4 = fromMemorySegment(SPECIES, ALL, d4 + at, ORDER);
            plain = plain.lanewise(XOR, x4);
            weighted = weighted.add(weighted)
                    .lanewise(XOR, zero.blend(polynomial, weighted.compare(LT, zero)))
                    .lanewise(XOR, x4);
            ByteVector x3 = fromMemorySegment(SPECIES, ALL, d3 + at, ORDER);
            plain = plain.lanewise(XOR, x3);
            weighted = weighted.add(weighted)
                    .lanewise(XOR, zero.blend(polynomial, weighted.compare(LT, zero)))
                    .lanewise(XOR, x3);
            ByteVector x2 = fromMemorySegment(SPECIES, ALL, d2 + at, ORDER);
            plain = plain.lanewise(XOR, x2);
            weighted = weighted.add(weighted)
                    .lanewise(XOR, zero.blend(polynomial, weighted.compare(LT, zero)))
                    .lanewise(XOR, x2);
            ByteVector x1 = fromMemorySegment(SPECIES, ALL, d1 + at, ORDER);
            plain = plain.lanewise(XOR, x1);
            weighted = weighted.add(weighted)
                    .lanewise(XOR, zero.blend(polynomial, weighted.compare(LT, zero)))
                    .lanewise(XOR, x1);
            ByteVector x0 = fromMemorySegment(SPECIES, ALL, d0 + at, ORDER);
            plain = plain.lanewise(XOR, x0);
            weighted = weighted.add(weighted)
                    .lanewise(XOR, zero.blend(polynomial, weighted.compare(LT, zero)))
                    .lanewise(XOR, x0);
            plain.intoMemorySegment(ALL, toP + at, ORDER);
            weighted.intoMemorySegment(ALL, toQ + at, ORDER);
        }
    }

    @Override
    public void next8(long a0, long a1, long a2, long a3, long a4, long a5, long a6, long a7, long p, long q,
            int length) {
        ByteVector zero = ByteVector.zero(SPECIES);
        ByteVector polynomial = ByteVector.broadcast(SPECIES, POLYNOMIAL);
        long d0 = a0 & Memory.ADDRESS_BITS;
        long d1 = a1 & Memory.ADDRESS_BITS;
        long d2 = a2 & Memory.ADDRESS_BITS;
        long d3 = a3 & Memory.ADDRESS_BITS;
        long d4 = a4 & Memory.ADDRESS_BITS;
        long d5 = a5 & Memory.ADDRESS_BITS;
        long d6 = a6 & Memory.ADDRESS_BITS;
        long d7 = a7 & Memory.ADDRESS_BITS;
        long toP = p & Memory.ADDRESS_BITS;
        long toQ = q & Memory.ADDRESS_BITS;
        for (int i = 0; i < length; i += LANES) {
            int at = i & Integer.MAX_VALUE;
            ByteVector plain = fromMemorySegment(SPECIES, ALL, toP + at, ORDER);
            ByteVector weighted = fromMemorySegment(SPECIES, ALL, toQ + at, ORDER);
            ByteVector x7 = fromMemorySegment(SPECIES, ALL, d7 + at, ORDER);
            plain = plain.lanewise(XOR, x7);
            weighted = weighted.add(weighted)
                    .lanewise(XOR, zero.blend(polynomial, weighted.compare(LT, zero)))
                    .lanewise(XOR, x7);
            ByteVector x6 = fromMemorySegment(SPECIES, ALL, d6 + at, ORDER);
            plain = plain.lanewise(XOR, x6);
            weighted = weighted.add(weighted)
                    .lanewise(XOR, zero.blend(polynomial, weighted.compare(LT, zero)))
                    .lanewise(XOR, x6);
            ByteVector x5 = fromMemorySegment(SPECIES, ALL, d5 + at, ORDER);
            plain = plain.lanewise(XOR, x5);
            weighted = weighted.add(weighted)
                    .lanewise(XOR, zero.blend(polynomial, weighted.compare(LT, zero)))
                    .lanewise(XOR, x5);
            ByteVector x4 = fromMemorySegment(SPECIES, ALL, d4 + at, ORDER);
            plain = plain.lanewise(XOR, x4);
            weighted = weighted.add(weighted)
                    .lanewise(XOR, zero.blend(polynomial, weighted.compare(LT, zero)))
                    .lanewise(XOR, x4);
            ByteVector x3 = fromMemorySegment(SPECIES, ALL, d3 + at, ORDER);
            plain = plain.lanewise(XOR, x3);
            weighted = weighted.add(weighted)
                    .lanewise(XOR, zero.blend(polynomial, weighted.compare(LT, zero)))
                    .lanewise(XOR, x3);
            ByteVector x2 = fromMemorySegment(SPECIES, ALL, d2 + at, ORDER);
            plain = plain.lanewise(XOR, x2);
            weighted = weighted.add(weighted)
                    .lanewise(XOR, zero.blend(polynomial, weighted.compare(LT, zero)))
                    .lanewise(XOR, x2);
            ByteVector x1 = fromMemorySegment(SPECIES, ALL, d1 + at, ORDER);
            plain = plain.lanewise(XOR, x1);
            weighted = weighted.add(weighted)
                    .lanewise(XOR, zero.blend(polynomial, weighted.compare(LT, zero)))
                    .lanewise(XOR, x1);
            ByteVector x0 = fromMemorySegment(SPECIES, ALL, d0 + at, ORDER);
            plain = plain.lanewise(XOR, x0);
            weighted = weighted.add(weighted)
                    .lanewise(XOR, zero.blend(polynomial, weighted.compare(LT, zero)))
                    .lanewise(XOR, x0);
            plain.intoMemorySegment(ALL, toP + at, ORDER);
            weighted.intoMemorySegment(ALL, toQ + at, ORDER);
        }
    }
}
