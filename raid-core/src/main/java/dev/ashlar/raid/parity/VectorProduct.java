package dev.ashlar.raid.parity;

import static dev.ashlar.raid.parity.Memory.ALL;
import static jdk.incubator.vector.ByteVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link ProductPass} by vectors. Its loops follow the rules in {@link VectorCopies}.
 *
 * <p>With 512 bits a product is looked up by the low seven bits in a table of 128, and the eighth bit adds a constant;
 * with fewer it is the sum of two look-ups by half a byte.
 */
final class VectorProduct implements ProductPass {
    private static final VectorSpecies<Byte> SPECIES = VectorCopies.speciesOf(MethodHandles.lookup());
    private static final int LANES = SPECIES.length();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final boolean SEVEN_BITS = LANES == 64;
    private static final byte[] TABLES = SEVEN_BITS ? Products.bySevenBits() : Products.byHalfBytes();

    private static ByteVector lowTable(int constant) {
        return ByteVector.fromArray(SPECIES, TABLES, constant * Products.lengthOfOne(SEVEN_BITS));
    }

    private static ByteVector highTable(int constant) {
        int length = Products.lengthOfOne(SEVEN_BITS);
        return ByteVector.fromArray(SPECIES, TABLES, constant * length + length / 2);
    }

    /** The product of a constant with the eighth bit, where look-ups take seven. */
    private static ByteVector topProduct(int constant) {
        return ByteVector.broadcast(SPECIES, (byte) Gf256.multiply(constant, 0x80));
    }

    private static ByteVector multiply(ByteVector a, ByteVector low, ByteVector high, ByteVector top,
            ByteVector zero) {
        if (SEVEN_BITS) {
            return a.selectFrom(low, high).lanewise(XOR, zero.blend(top, a.compare(LT, zero)));
        }
        ByteVector lowHalf = a.and((byte) 15);
        ByteVector highHalf = a.reinterpretAsShorts().lanewise(LSHR, 4).reinterpretAsBytes().and((byte) 15);
        return lowHalf.selectFrom(low).lanewise(XOR, highHalf.selectFrom(high));
    }

    @Override
    public void multiplyAdd(int c, long source, long target, int length) {
        ByteVector zero = ByteVector.zero(SPECIES);
        ByteVector low = lowTable(c);
        ByteVector high = highTable(c);
        ByteVector top = topProduct(c);
        long from = source & Memory.ADDRESS_BITS;
        long to = target & Memory.ADDRESS_BITS;
        for (int i = 0; i < length; i += LANES) {
            int at = i & Integer.MAX_VALUE;
            ByteVector product = multiply(fromMemorySegment(SPECIES, ALL, from + at, ORDER), low, high, top, zero);
            fromMemorySegment(SPECIES, ALL, to + at, ORDER)
                    .lanewise(XOR, product)
                    .intoMemorySegment(ALL, to + at, ORDER);
        }
    }

    @Override
    public void update(long oldBlock, long newBlock, int c, long p, long q, int length) {
        ByteVector zero = ByteVector.zero(SPECIES);
        ByteVector low = lowTable(c);
        ByteVector high = highTable(c);
        ByteVector top = topProduct(c);
        long before = oldBlock & Memory.ADDRESS_BITS;
        long after = newBlock & Memory.ADDRESS_BITS;
        long toP = p & Memory.ADDRESS_BITS;
        long toQ = q & Memory.ADDRESS_BITS;
        for (int i = 0; i < length; i += LANES) {
            int at = i & Integer.MAX_VALUE;
            ByteVector delta = fromMemorySegment(SPECIES, ALL, before + at, ORDER)
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, after + at, ORDER));
            fromMemorySegment(SPECIES, ALL, toP + at, ORDER)
                    .lanewise(XOR, delta)
                    .intoMemorySegment(ALL, toP + at, ORDER);
            fromMemorySegment(SPECIES, ALL, toQ + at, ORDER)
                    .lanewise(XOR, multiply(delta, low, high, top, zero))
                    .intoMemorySegment(ALL, toQ + at, ORDER);
        }
    }

    @Override
    public void updateQ(long oldBlock, long newBlock, int c, long q, int length) {
        ByteVector zero = ByteVector.zero(SPECIES);
        ByteVector low = lowTable(c);
        ByteVector high = highTable(c);
        ByteVector top = topProduct(c);
        long before = oldBlock & Memory.ADDRESS_BITS;
        long after = newBlock & Memory.ADDRESS_BITS;
        long toQ = q & Memory.ADDRESS_BITS;
        for (int i = 0; i < length; i += LANES) {
            int at = i & Integer.MAX_VALUE;
            ByteVector delta = fromMemorySegment(SPECIES, ALL, before + at, ORDER)
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, after + at, ORDER));
            fromMemorySegment(SPECIES, ALL, toQ + at, ORDER)
                    .lanewise(XOR, multiply(delta, low, high, top, zero))
                    .intoMemorySegment(ALL, toQ + at, ORDER);
        }
    }

    @Override
    public void finishFromQ(long q, long d, int c, int length) {
        ByteVector zero = ByteVector.zero(SPECIES);
        ByteVector low = lowTable(c);
        ByteVector high = highTable(c);
        ByteVector top = topProduct(c);
        long fromQ = q & Memory.ADDRESS_BITS;
        long toD = d & Memory.ADDRESS_BITS;
        for (int i = 0; i < length; i += LANES) {
            int at = i & Integer.MAX_VALUE;
            ByteVector weighted = fromMemorySegment(SPECIES, ALL, fromQ + at, ORDER)
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, toD + at, ORDER));
            multiply(weighted, low, high, top, zero).intoMemorySegment(ALL, toD + at, ORDER);
        }
    }

    @Override
    public void finishFromQAndP(long p, long q, long d, int c, int length) {
        ByteVector zero = ByteVector.zero(SPECIES);
        ByteVector low = lowTable(c);
        ByteVector high = highTable(c);
        ByteVector top = topProduct(c);
        long toP = p & Memory.ADDRESS_BITS;
        long fromQ = q & Memory.ADDRESS_BITS;
        long toD = d & Memory.ADDRESS_BITS;
        for (int i = 0; i < length; i += LANES) {
            int at = i & Integer.MAX_VALUE;
            ByteVector weighted = fromMemorySegment(SPECIES, ALL, fromQ + at, ORDER)
                    .lanewise(XOR, fromMemorySegment(SPECIES, ALL, toD + at, ORDER));
            ByteVector data = multiply(weighted, low, high, top, zero);
            data.intoMemorySegment(ALL, toD + at, ORDER);
            fromMemorySegment(SPECIES, ALL, toP + at, ORDER)
                    .lanewise(XOR, data)
                    .intoMemorySegment(ALL, toP + at, ORDER);
        }
    }

    @Override
    public void finishPair(long p, long q, long x, long y, int a, int b, int length) {
        ByteVector zero = ByteVector.zero(SPECIES);
        ByteVector aLow = lowTable(a);
        ByteVector aHigh = highTable(a);
        ByteVector aTop = topProduct(a);
        ByteVector bLow = lowTable(b);
        ByteVector bHigh = highTable(b);
        ByteVector bTop = topProduct(b);
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
            ByteVector data = multiply(plain, aLow, aHigh, aTop, zero)
                    .lanewise(XOR, multiply(weighted, bLow, bHigh, bTop, zero));
            data.intoMemorySegment(ALL, toX + at, ORDER);
            plain.lanewise(XOR, data).intoMemorySegment(ALL, toY + at, ORDER);
        }
    }
}
