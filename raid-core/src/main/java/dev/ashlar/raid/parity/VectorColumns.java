package dev.ashlar.raid.parity;

import static dev.ashlar.raid.parity.VectorField.LANES;
import static dev.ashlar.raid.parity.VectorField.load;
import static dev.ashlar.raid.parity.VectorField.polynomial;
import static dev.ashlar.raid.parity.VectorField.store;
import static dev.ashlar.raid.parity.VectorField.twicePlus;
import static dev.ashlar.raid.parity.VectorField.zero;
import static jdk.incubator.vector.VectorOperators.NE;
import static jdk.incubator.vector.VectorOperators.OR;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.ByteVector;

/**
 * One vector of all blocks at a time, with the sums in registers: for what must not write intermediate sums (check), or
 * is too rare for kernels of its own (Q without P). Lengths are multiples of the vector length.
 */
final class VectorColumns {
    private VectorColumns() {}

    /** Bit 1: P differs, bit 2: Q differs. */
    static int check(long[] blocks, int count, long p, long q, int length) {
        ByteVector zero = zero();
        ByteVector polynomial = polynomial();
        ByteVector pDifference = zero;
        ByteVector qDifference = zero;
        for (int at = 0; at < length; at += LANES) {
            ByteVector plain = zero;
            ByteVector weighted = zero;
            for (int e = count - 1; e >= 0; e--) {
                ByteVector x = load(blocks[e] == 0 ? Memory.ZEROES : blocks[e] + at);
                plain = plain.lanewise(XOR, x);
                weighted = twicePlus(weighted, x, zero, polynomial);
            }
            pDifference = pDifference.lanewise(OR, plain.lanewise(XOR, load(p + at)));
            qDifference = qDifference.lanewise(OR, weighted.lanewise(XOR, load(q + at)));
        }
        return (pDifference.compare(NE, zero).anyTrue() ? Parity.P_WRONG : 0)
                | (qDifference.compare(NE, zero).anyTrue() ? Parity.Q_WRONG : 0);
    }

    /** Whether P differs. */
    static boolean differsFromP(long[] blocks, int count, long p, int length) {
        ByteVector zero = zero();
        ByteVector difference = zero;
        for (int at = 0; at < length; at += LANES) {
            ByteVector plain = load(p + at);
            for (int e = 0; e < count; e++) {
                plain = plain.lanewise(XOR, load(blocks[e] == 0 ? Memory.ZEROES : blocks[e] + at));
            }
            difference = difference.lanewise(OR, plain);
        }
        return difference.compare(NE, zero).anyTrue();
    }

    /** Writes the weighted sum of all blocks but {@code without}. */
    static void weightedSum(long[] blocks, int count, int without, long target, int length) {
        ByteVector zero = zero();
        ByteVector polynomial = polynomial();
        for (int at = 0; at < length; at += LANES) {
            ByteVector weighted = zero;
            for (int e = count - 1; e >= 0; e--) {
                boolean absent = blocks[e] == 0 || e == without;
                weighted = twicePlus(weighted, load(absent ? Memory.ZEROES : blocks[e] + at), zero, polynomial);
            }
            store(target + at, weighted);
        }
    }

    /** Whether Q differs. */
    static boolean differsFromQ(long[] blocks, int count, long q, int length) {
        ByteVector zero = zero();
        ByteVector polynomial = polynomial();
        ByteVector difference = zero;
        for (int at = 0; at < length; at += LANES) {
            ByteVector weighted = zero;
            for (int e = count - 1; e >= 0; e--) {
                weighted = twicePlus(weighted, load(blocks[e] == 0 ? Memory.ZEROES : blocks[e] + at), zero, polynomial);
            }
            difference = difference.lanewise(OR, weighted.lanewise(XOR, load(q + at)));
        }
        return difference.compare(NE, zero).anyTrue();
    }
}
