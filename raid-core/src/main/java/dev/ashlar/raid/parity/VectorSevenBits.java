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
 * {@link ProductPass} by vectors of 512 bits: a product is looked up by the low seven bits in a table of 128, and the
 * eighth bit adds a constant.
 *
 * <p>Its loops follow the rules in {@link VectorCopies}.
 */
final class VectorSevenBits implements ProductPass {
    private static final VectorSpecies<Byte> SPECIES = VectorCopies.speciesOf(MethodHandles.lookup());
    private static final int LANES = SPECIES.length();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final byte[] TABLES = Products.bySevenBits();
    /** Bytes of the two tables of one constant. */
    private static final int BOTH = Products.SEVEN_BITS_LENGTH;

    @Override
    public void multiplyAdd(int c, long source, long target, int length) {
        ByteVector zero = ByteVector.zero(SPECIES);
        ByteVector low = ByteVector.fromArray(SPECIES, TABLES, c * BOTH);
        ByteVector high = ByteVector.fromArray(SPECIES, TABLES, c * BOTH + BOTH / 2);
        ByteVector top = ByteVector.broadcast(SPECIES, (byte) Gf256.multiply(c, 0x80));
        long from = source & Memory.ADDRESS_BITS;
        long to = target & Memory.ADDRESS_BITS;
        for (int i = 0; i < length; i += LANES) {
            int at = i & Integer.MAX_VALUE;
            ByteVector x = fromMemorySegment(SPECIES, ALL, from + at, ORDER);
            ByteVector product = x.selectFrom(low, high)
                    .lanewise(XOR, zero.blend(top, x.compare(LT, zero)));
            fromMemorySegment(SPECIES, ALL, to + at, ORDER)
                    .lanewise(XOR, product)
                    .intoMemorySegment(ALL, to + at, ORDER);
        }
    }

    @Override
    public void update(long oldBlock, long newBlock, int c, long p, long q, int length) {
        ByteVector zero = ByteVector.zero(SPECIES);
        ByteVector low = ByteVector.fromArray(SPECIES, TABLES, c * BOTH);
        ByteVector high = ByteVector.fromArray(SPECIES, TABLES, c * BOTH + BOTH / 2);
        ByteVector top = ByteVector.broadcast(SPECIES, (byte) Gf256.multiply(c, 0x80));
        long before = oldBlock & Memory.ADDRESS_BITS;
        long after = newBlock & Memory.ADDRESS_BITS;
        long toP = p & Memory.ADDRESS_BITS;
        long toQ = q & Memory.ADDRESS_BITS;
        for (int i = 0; i < length; i += LANES) {
            int at = i & Integer.MAX_VALUE;
            ByteVector delta = fromMemorySegment(SPECIES, ALL, before + at, ORDER)
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, after + at, ORDER));
            ByteVector product = delta.selectFrom(low, high)
                    .lanewise(XOR, zero.blend(top, delta.compare(LT, zero)));
            fromMemorySegment(SPECIES, ALL, toP + at, ORDER)
                    .lanewise(XOR, delta)
                    .intoMemorySegment(ALL, toP + at, ORDER);
            fromMemorySegment(SPECIES, ALL, toQ + at, ORDER)
                    .lanewise(XOR, product)
                    .intoMemorySegment(ALL, toQ + at, ORDER);
        }
    }

    @Override
    public void updateQ(long oldBlock, long newBlock, int c, long q, int length) {
        ByteVector zero = ByteVector.zero(SPECIES);
        ByteVector low = ByteVector.fromArray(SPECIES, TABLES, c * BOTH);
        ByteVector high = ByteVector.fromArray(SPECIES, TABLES, c * BOTH + BOTH / 2);
        ByteVector top = ByteVector.broadcast(SPECIES, (byte) Gf256.multiply(c, 0x80));
        long before = oldBlock & Memory.ADDRESS_BITS;
        long after = newBlock & Memory.ADDRESS_BITS;
        long toQ = q & Memory.ADDRESS_BITS;
        for (int i = 0; i < length; i += LANES) {
            int at = i & Integer.MAX_VALUE;
            ByteVector delta = fromMemorySegment(SPECIES, ALL, before + at, ORDER)
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, after + at, ORDER));
            ByteVector product = delta.selectFrom(low, high)
                    .lanewise(XOR, zero.blend(top, delta.compare(LT, zero)));
            fromMemorySegment(SPECIES, ALL, toQ + at, ORDER)
                    .lanewise(XOR, product)
                    .intoMemorySegment(ALL, toQ + at, ORDER);
        }
    }

    @Override
    public void finishFromQ(long q, long d, int c, int length) {
        ByteVector zero = ByteVector.zero(SPECIES);
        ByteVector low = ByteVector.fromArray(SPECIES, TABLES, c * BOTH);
        ByteVector high = ByteVector.fromArray(SPECIES, TABLES, c * BOTH + BOTH / 2);
        ByteVector top = ByteVector.broadcast(SPECIES, (byte) Gf256.multiply(c, 0x80));
        long fromQ = q & Memory.ADDRESS_BITS;
        long toD = d & Memory.ADDRESS_BITS;
        for (int i = 0; i < length; i += LANES) {
            int at = i & Integer.MAX_VALUE;
            ByteVector weighted = fromMemorySegment(SPECIES, ALL, fromQ + at, ORDER)
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, toD + at, ORDER));
            ByteVector data = weighted.selectFrom(low, high)
                    .lanewise(XOR, zero.blend(top, weighted.compare(LT, zero)));
            data.intoMemorySegment(ALL, toD + at, ORDER);
        }
    }

    @Override
    public void finishFromQAndP(long p, long q, long d, int c, int length) {
        ByteVector zero = ByteVector.zero(SPECIES);
        ByteVector low = ByteVector.fromArray(SPECIES, TABLES, c * BOTH);
        ByteVector high = ByteVector.fromArray(SPECIES, TABLES, c * BOTH + BOTH / 2);
        ByteVector top = ByteVector.broadcast(SPECIES, (byte) Gf256.multiply(c, 0x80));
        long toP = p & Memory.ADDRESS_BITS;
        long fromQ = q & Memory.ADDRESS_BITS;
        long toD = d & Memory.ADDRESS_BITS;
        for (int i = 0; i < length; i += LANES) {
            int at = i & Integer.MAX_VALUE;
            ByteVector weighted = fromMemorySegment(SPECIES, ALL, fromQ + at, ORDER)
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, toD + at, ORDER));
            ByteVector data = weighted.selectFrom(low, high)
                    .lanewise(XOR, zero.blend(top, weighted.compare(LT, zero)));
            data.intoMemorySegment(ALL, toD + at, ORDER);
            fromMemorySegment(SPECIES, ALL, toP + at, ORDER)
                    .lanewise(XOR, data)
                    .intoMemorySegment(ALL, toP + at, ORDER);
        }
    }

    @Override
    public void finishPair(long p, long q, long x, long y, int a, int b, int length) {
        ByteVector zero = ByteVector.zero(SPECIES);
        ByteVector aLow = ByteVector.fromArray(SPECIES, TABLES, a * BOTH);
        ByteVector aHigh = ByteVector.fromArray(SPECIES, TABLES, a * BOTH + BOTH / 2);
        ByteVector aTop = ByteVector.broadcast(SPECIES, (byte) Gf256.multiply(a, 0x80));
        ByteVector bLow = ByteVector.fromArray(SPECIES, TABLES, b * BOTH);
        ByteVector bHigh = ByteVector.fromArray(SPECIES, TABLES, b * BOTH + BOTH / 2);
        ByteVector bTop = ByteVector.broadcast(SPECIES, (byte) Gf256.multiply(b, 0x80));
        long fromP = p & Memory.ADDRESS_BITS;
        long fromQ = q & Memory.ADDRESS_BITS;
        long toX = x & Memory.ADDRESS_BITS;
        long toY = y & Memory.ADDRESS_BITS;
        for (int i = 0; i < length; i += LANES) {
            int at = i & Integer.MAX_VALUE;
            ByteVector plain = fromMemorySegment(SPECIES, ALL, fromP + at, ORDER)
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, toX + at, ORDER));
            ByteVector weighted = fromMemorySegment(SPECIES, ALL, fromQ + at, ORDER)
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, toY + at, ORDER));
            ByteVector ofPlain = plain.selectFrom(aLow, aHigh)
                    .lanewise(XOR, zero.blend(aTop, plain.compare(LT, zero)));
            ByteVector ofWeighted = weighted.selectFrom(bLow, bHigh)
                    .lanewise(XOR, zero.blend(bTop, weighted.compare(LT, zero)));
            ByteVector data = ofPlain.lanewise(XOR, ofWeighted);
            data.intoMemorySegment(ALL, toX + at, ORDER);
            plain.lanewise(XOR, data).intoMemorySegment(ALL, toY + at, ORDER);
        }
    }
}
