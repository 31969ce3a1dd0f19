package dev.ashlar.raid.parity;

import static dev.ashlar.raid.parity.VectorField.LANES;
import static dev.ashlar.raid.parity.VectorField.highTable;
import static dev.ashlar.raid.parity.VectorField.load;
import static dev.ashlar.raid.parity.VectorField.lowTable;
import static dev.ashlar.raid.parity.VectorField.multiply;
import static dev.ashlar.raid.parity.VectorField.store;
import static dev.ashlar.raid.parity.VectorField.topProduct;
import static dev.ashlar.raid.parity.VectorField.zero;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.ByteVector;

/** One pass each of the operations that multiply by a constant. Lengths are multiples of the vector length. */
final class VectorScaled {
    private VectorScaled() {}

    /** {@code P += d}, {@code Q += c*d}, with {@code d = old + new}. */
    static void update(long oldBlock, long newBlock, int c, long p, long q, int length) {
        ByteVector zero = zero();
        ByteVector low = lowTable(c);
        ByteVector high = highTable(c);
        ByteVector top = topProduct(c);
        for (int at = 0; at < length; at += LANES) {
            ByteVector delta = load(oldBlock + at).lanewise(XOR, load(newBlock + at));
            store(p + at, load(p + at).lanewise(XOR, delta));
            store(q + at, load(q + at).lanewise(XOR, multiply(delta, low, high, top, zero)));
        }
    }

    /** {@code Q += c * (old + new)}. */
    static void updateQ(long oldBlock, long newBlock, int c, long q, int length) {
        ByteVector zero = zero();
        ByteVector low = lowTable(c);
        ByteVector high = highTable(c);
        ByteVector top = topProduct(c);
        for (int at = 0; at < length; at += LANES) {
            ByteVector delta = load(oldBlock + at).lanewise(XOR, load(newBlock + at));
            store(q + at, load(q + at).lanewise(XOR, multiply(delta, low, high, top, zero)));
        }
    }

    /** {@code D = c * (Q + D)}, where D holds the weighted sum of the other blocks. */
    static void finishFromQ(long q, long d, int c, int length) {
        ByteVector zero = zero();
        ByteVector low = lowTable(c);
        ByteVector high = highTable(c);
        ByteVector top = topProduct(c);
        for (int at = 0; at < length; at += LANES) {
            ByteVector weighted = load(q + at).lanewise(XOR, load(d + at));
            store(d + at, multiply(weighted, low, high, top, zero));
        }
    }

    /** {@code D = c * (Q + D)}, {@code P += D}, where D and P hold the sums of the other blocks. */
    static void finishFromQ(long p, long q, long d, int c, int length) {
        ByteVector zero = zero();
        ByteVector low = lowTable(c);
        ByteVector high = highTable(c);
        ByteVector top = topProduct(c);
        for (int at = 0; at < length; at += LANES) {
            ByteVector weighted = load(q + at).lanewise(XOR, load(d + at));
            ByteVector data = multiply(weighted, low, high, top, zero);
            store(d + at, data);
            store(p + at, load(p + at).lanewise(XOR, data));
        }
    }

    /**
     * {@code X = a*(P + X) + b*(Q + Y)}, {@code Y = (P + X) + X'}, where X and Y hold the plain and the weighted sum of
     * the other blocks, and X' is the new X.
     */
    static void finishPair(long p, long q, long x, long y, int a, int b, int length) {
        ByteVector zero = zero();
        ByteVector aLow = lowTable(a);
        ByteVector aHigh = highTable(a);
        ByteVector aTop = topProduct(a);
        ByteVector bLow = lowTable(b);
        ByteVector bHigh = highTable(b);
        ByteVector bTop = topProduct(b);
        for (int at = 0; at < length; at += LANES) {
            ByteVector plain = load(p + at).lanewise(XOR, load(x + at));
            ByteVector weighted = load(q + at).lanewise(XOR, load(y + at));
            ByteVector dx = multiply(plain, aLow, aHigh, aTop, zero)
                    .lanewise(XOR, multiply(weighted, bLow, bHigh, bTop, zero));
            store(x + at, dx);
            store(y + at, plain.lanewise(XOR, dx));
        }
    }
}
