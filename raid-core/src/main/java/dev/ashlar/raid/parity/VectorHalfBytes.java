package dev.ashlar.raid.parity;

import static dev.ashlar.raid.parity.Memory.ALL;
import static jdk.incubator.vector.ByteVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.AND;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link ProductPass} by vectors of 128 or 256 bits: a product is the sum of two look-ups by half a byte. High halves
 * come by way of ints, as no CPU shifts bytes.
 *
 * <p>Its loops follow the rules in {@link VectorCopies}.
 */
final class VectorHalfBytes implements ProductPass {
    private static final VectorSpecies<Byte> SPECIES = VectorCopies.speciesOf(MethodHandles.lookup());
    private static final VectorSpecies<Integer> INTS = SPECIES.withLanes(int.class);
    private static final int LANES = SPECIES.length();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final byte[] TABLES = Products.byHalfBytes();
    /** Bytes of the two tables of one constant. */
    private static final int BOTH = Products.HALF_BYTES_LENGTH;

    @Override
    public void multiplyAdd(int c, long source, long target, int length) {
        ByteVector half = ByteVector.broadcast(SPECIES, (byte) 15);
        IntVector four = IntVector.broadcast(INTS, 4);
        ByteVector low = ByteVector.fromArray(SPECIES, TABLES, c * BOTH);
        ByteVector high = ByteVector.fromArray(SPECIES, TABLES, c * BOTH + BOTH / 2);
        long from = source & Memory.ADDRESS_BITS;
        long to = target & Memory.ADDRESS_BITS;
        for (int i = 0; i < length; i += LANES) {
            int at = i & Integer.MAX_VALUE;
            ByteVector x = fromMemorySegment(SPECIES, ALL, from + at, ORDER);
            ByteVector productHigh = (ByteVector) ((IntVector) x.reinterpretShape(INTS, 0))
                    .lanewise(LSHR, four)
                    .reinterpretShape(SPECIES, 0);
            ByteVector product = x.lanewise(AND, half).selectFrom(low)
                    .lanewise(XOR, productHigh.lanewise(AND, half).selectFrom(high));
            fromMemorySegment(SPECIES, ALL, to + at, ORDER)
                    .lanewise(XOR, product)
                    .intoMemorySegment(ALL, to + at, ORDER);
        }
    }

    @Override
    public void update(long oldBlock, long newBlock, int c, long p, long q, int length) {
        ByteVector half = ByteVector.broadcast(SPECIES, (byte) 15);
        IntVector four = IntVector.broadcast(INTS, 4);
        ByteVector low = ByteVector.fromArray(SPECIES, TABLES, c * BOTH);
        ByteVector high = ByteVector.fromArray(SPECIES, TABLES, c * BOTH + BOTH / 2);
        long before = oldBlock & Memory.ADDRESS_BITS;
        long after = newBlock & Memory.ADDRESS_BITS;
        long toP = p & Memory.ADDRESS_BITS;
        long toQ = q & Memory.ADDRESS_BITS;
        for (int i = 0; i < length; i += LANES) {
            int at = i & Integer.MAX_VALUE;
            ByteVector delta = fromMemorySegment(SPECIES, ALL, before + at, ORDER)
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, after + at, ORDER));
            ByteVector productHigh = (ByteVector) ((IntVector) delta.reinterpretShape(INTS, 0))
                    .lanewise(LSHR, four)
                    .reinterpretShape(SPECIES, 0);
            ByteVector product = delta.lanewise(AND, half).selectFrom(low)
                    .lanewise(XOR, productHigh.lanewise(AND, half).selectFrom(high));
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
        ByteVector half = ByteVector.broadcast(SPECIES, (byte) 15);
        IntVector four = IntVector.broadcast(INTS, 4);
        ByteVector low = ByteVector.fromArray(SPECIES, TABLES, c * BOTH);
        ByteVector high = ByteVector.fromArray(SPECIES, TABLES, c * BOTH + BOTH / 2);
        long before = oldBlock & Memory.ADDRESS_BITS;
        long after = newBlock & Memory.ADDRESS_BITS;
        long toQ = q & Memory.ADDRESS_BITS;
        for (int i = 0; i < length; i += LANES) {
            int at = i & Integer.MAX_VALUE;
            ByteVector delta = fromMemorySegment(SPECIES, ALL, before + at, ORDER)
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, after + at, ORDER));
            ByteVector productHigh = (ByteVector) ((IntVector) delta.reinterpretShape(INTS, 0))
                    .lanewise(LSHR, four)
                    .reinterpretShape(SPECIES, 0);
            ByteVector product = delta.lanewise(AND, half).selectFrom(low)
                    .lanewise(XOR, productHigh.lanewise(AND, half).selectFrom(high));
            fromMemorySegment(SPECIES, ALL, toQ + at, ORDER)
                    .lanewise(XOR, product)
                    .intoMemorySegment(ALL, toQ + at, ORDER);
        }
    }

    @Override
    public void finishFromQ(long q, long d, int c, int length) {
        ByteVector half = ByteVector.broadcast(SPECIES, (byte) 15);
        IntVector four = IntVector.broadcast(INTS, 4);
        ByteVector low = ByteVector.fromArray(SPECIES, TABLES, c * BOTH);
        ByteVector high = ByteVector.fromArray(SPECIES, TABLES, c * BOTH + BOTH / 2);
        long fromQ = q & Memory.ADDRESS_BITS;
        long toD = d & Memory.ADDRESS_BITS;
        for (int i = 0; i < length; i += LANES) {
            int at = i & Integer.MAX_VALUE;
            ByteVector weighted = fromMemorySegment(SPECIES, ALL, fromQ + at, ORDER)
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, toD + at, ORDER));
            ByteVector dataHigh = (ByteVector) ((IntVector) weighted.reinterpretShape(INTS, 0))
                    .lanewise(LSHR, four)
                    .reinterpretShape(SPECIES, 0);
            ByteVector data = weighted.lanewise(AND, half).selectFrom(low)
                    .lanewise(XOR, dataHigh.lanewise(AND, half).selectFrom(high));
            data.intoMemorySegment(ALL, toD + at, ORDER);
        }
    }

    @Override
    public void finishFromQAndP(long p, long q, long d, int c, int length) {
        ByteVector half = ByteVector.broadcast(SPECIES, (byte) 15);
        IntVector four = IntVector.broadcast(INTS, 4);
        ByteVector low = ByteVector.fromArray(SPECIES, TABLES, c * BOTH);
        ByteVector high = ByteVector.fromArray(SPECIES, TABLES, c * BOTH + BOTH / 2);
        long toP = p & Memory.ADDRESS_BITS;
        long fromQ = q & Memory.ADDRESS_BITS;
        long toD = d & Memory.ADDRESS_BITS;
        for (int i = 0; i < length; i += LANES) {
            int at = i & Integer.MAX_VALUE;
            ByteVector weighted = fromMemorySegment(SPECIES, ALL, fromQ + at, ORDER)
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, toD + at, ORDER));
            ByteVector dataHigh = (ByteVector) ((IntVector) weighted.reinterpretShape(INTS, 0))
                    .lanewise(LSHR, four)
                    .reinterpretShape(SPECIES, 0);
            ByteVector data = weighted.lanewise(AND, half).selectFrom(low)
                    .lanewise(XOR, dataHigh.lanewise(AND, half).selectFrom(high));
            data.intoMemorySegment(ALL, toD + at, ORDER);
            fromMemorySegment(SPECIES, ALL, toP + at, ORDER)
                    .lanewise(XOR, data)
                    .intoMemorySegment(ALL, toP + at, ORDER);
        }
    }

    @Override
    public void finishPair(long p, long q, long x, long y, int a, int b, int length) {
        ByteVector half = ByteVector.broadcast(SPECIES, (byte) 15);
        IntVector four = IntVector.broadcast(INTS, 4);
        ByteVector aLow = ByteVector.fromArray(SPECIES, TABLES, a * BOTH);
        ByteVector aHigh = ByteVector.fromArray(SPECIES, TABLES, a * BOTH + BOTH / 2);
        ByteVector bLow = ByteVector.fromArray(SPECIES, TABLES, b * BOTH);
        ByteVector bHigh = ByteVector.fromArray(SPECIES, TABLES, b * BOTH + BOTH / 2);
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
            ByteVector ofPlainHigh = (ByteVector) ((IntVector) plain.reinterpretShape(INTS, 0))
                    .lanewise(LSHR, four)
                    .reinterpretShape(SPECIES, 0);
            ByteVector ofPlain = plain.lanewise(AND, half).selectFrom(aLow)
                    .lanewise(XOR, ofPlainHigh.lanewise(AND, half).selectFrom(aHigh));
            ByteVector ofWeightedHigh = (ByteVector) ((IntVector) weighted.reinterpretShape(INTS, 0))
                    .lanewise(LSHR, four)
                    .reinterpretShape(SPECIES, 0);
            ByteVector ofWeighted = weighted.lanewise(AND, half).selectFrom(bLow)
                    .lanewise(XOR, ofWeightedHigh.lanewise(AND, half).selectFrom(bHigh));
            ByteVector data = ofPlain.lanewise(XOR, ofWeighted);
            data.intoMemorySegment(ALL, toX + at, ORDER);
            plain.lanewise(XOR, data).intoMemorySegment(ALL, toY + at, ORDER);
        }
    }
}
