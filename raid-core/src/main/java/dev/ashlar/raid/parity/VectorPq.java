package dev.ashlar.raid.parity;

import static dev.ashlar.raid.parity.VectorField.LANES;
import static dev.ashlar.raid.parity.VectorField.load;
import static dev.ashlar.raid.parity.VectorField.polynomial;
import static dev.ashlar.raid.parity.VectorField.store;
import static dev.ashlar.raid.parity.VectorField.twicePlus;
import static dev.ashlar.raid.parity.VectorField.zero;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.ByteVector;

/**
 * P and Q of one to six blocks in one pass, by Horner's rule from the last argument block down: {@code first…} begins a
 * sum, {@code next…} goes on with the P and Q in memory. Each has its inputs written out as locals; a loop over an
 * array of addresses would cost a third of the speed, and more than six make a body that C2 does not unroll.
 *
 * <p>Lengths are multiples of the vector length.
 */
final class VectorPq {
    private VectorPq() {}

    static void first1(long d0, long p, long q, int length) {
        for (int at = 0; at < length; at += LANES) {
            ByteVector x0 = load(d0 + at);
            store(p + at, x0);
            store(q + at, x0);
        }
    }

    static void first2(long d0, long d1, long p, long q, int length) {
        ByteVector zero = zero();
        ByteVector polynomial = polynomial();
        for (int at = 0; at < length; at += LANES) {
            ByteVector x1 = load(d1 + at);
            ByteVector x0 = load(d0 + at);
            ByteVector plain = x1.lanewise(XOR, x0);
            ByteVector weighted = twicePlus(x1, x0, zero, polynomial);
            store(p + at, plain);
            store(q + at, weighted);
        }
    }

    static void first3(long d0, long d1, long d2, long p, long q, int length) {
        ByteVector zero = zero();
        ByteVector polynomial = polynomial();
        for (int at = 0; at < length; at += LANES) {
            ByteVector x2 = load(d2 + at);
            ByteVector x1 = load(d1 + at);
            ByteVector plain = x2.lanewise(XOR, x1);
            ByteVector weighted = twicePlus(x2, x1, zero, polynomial);
            ByteVector x0 = load(d0 + at);
            plain = plain.lanewise(XOR, x0);
            weighted = twicePlus(weighted, x0, zero, polynomial);
            store(p + at, plain);
            store(q + at, weighted);
        }
    }

    static void first4(long d0, long d1, long d2, long d3, long p, long q, int length) {
        ByteVector zero = zero();
        ByteVector polynomial = polynomial();
        for (int at = 0; at < length; at += LANES) {
            ByteVector x3 = load(d3 + at);
            ByteVector x2 = load(d2 + at);
            ByteVector plain = x3.lanewise(XOR, x2);
            ByteVector weighted = twicePlus(x3, x2, zero, polynomial);
            ByteVector x1 = load(d1 + at);
            plain = plain.lanewise(XOR, x1);
            weighted = twicePlus(weighted, x1, zero, polynomial);
            ByteVector x0 = load(d0 + at);
            plain = plain.lanewise(XOR, x0);
            weighted = twicePlus(weighted, x0, zero, polynomial);
            store(p + at, plain);
            store(q + at, weighted);
        }
    }

    static void first5(long d0, long d1, long d2, long d3, long d4, long p, long q, int length) {
        ByteVector zero = zero();
        ByteVector polynomial = polynomial();
        for (int at = 0; at < length; at += LANES) {
            ByteVector x4 = load(d4 + at);
            ByteVector x3 = load(d3 + at);
            ByteVector plain = x4.lanewise(XOR, x3);
            ByteVector weighted = twicePlus(x4, x3, zero, polynomial);
            ByteVector x2 = load(d2 + at);
            plain = plain.lanewise(XOR, x2);
            weighted = twicePlus(weighted, x2, zero, polynomial);
            ByteVector x1 = load(d1 + at);
            plain = plain.lanewise(XOR, x1);
            weighted = twicePlus(weighted, x1, zero, polynomial);
            ByteVector x0 = load(d0 + at);
            plain = plain.lanewise(XOR, x0);
            weighted = twicePlus(weighted, x0, zero, polynomial);
            store(p + at, plain);
            store(q + at, weighted);
        }
    }

    static void first6(long d0, long d1, long d2, long d3, long d4, long d5, long p, long q, int length) {
        ByteVector zero = zero();
        ByteVector polynomial = polynomial();
        for (int at = 0; at < length; at += LANES) {
            ByteVector x5 = load(d5 + at);
            ByteVector x4 = load(d4 + at);
            ByteVector plain = x5.lanewise(XOR, x4);
            ByteVector weighted = twicePlus(x5, x4, zero, polynomial);
            ByteVector x3 = load(d3 + at);
            plain = plain.lanewise(XOR, x3);
            weighted = twicePlus(weighted, x3, zero, polynomial);
            ByteVector x2 = load(d2 + at);
            plain = plain.lanewise(XOR, x2);
            weighted = twicePlus(weighted, x2, zero, polynomial);
            ByteVector x1 = load(d1 + at);
            plain = plain.lanewise(XOR, x1);
            weighted = twicePlus(weighted, x1, zero, polynomial);
            ByteVector x0 = load(d0 + at);
            plain = plain.lanewise(XOR, x0);
            weighted = twicePlus(weighted, x0, zero, polynomial);
            store(p + at, plain);
            store(q + at, weighted);
        }
    }

    static void next1(long d0, long p, long q, int length) {
        ByteVector zero = zero();
        ByteVector polynomial = polynomial();
        for (int at = 0; at < length; at += LANES) {
            ByteVector plain = load(p + at);
            ByteVector weighted = load(q + at);
            ByteVector x0 = load(d0 + at);
            plain = plain.lanewise(XOR, x0);
            weighted = twicePlus(weighted, x0, zero, polynomial);
            store(p + at, plain);
            store(q + at, weighted);
        }
    }

    static void next2(long d0, long d1, long p, long q, int length) {
        ByteVector zero = zero();
        ByteVector polynomial = polynomial();
        for (int at = 0; at < length; at += LANES) {
            ByteVector plain = load(p + at);
            ByteVector weighted = load(q + at);
            ByteVector x1 = load(d1 + at);
            plain = plain.lanewise(XOR, x1);
            weighted = twicePlus(weighted, x1, zero, polynomial);
            ByteVector x0 = load(d0 + at);
            plain = plain.lanewise(XOR, x0);
            weighted = twicePlus(weighted, x0, zero, polynomial);
            store(p + at, plain);
            store(q + at, weighted);
        }
    }

    static void next3(long d0, long d1, long d2, long p, long q, int length) {
        ByteVector zero = zero();
        ByteVector polynomial = polynomial();
        for (int at = 0; at < length; at += LANES) {
            ByteVector plain = load(p + at);
            ByteVector weighted = load(q + at);
            ByteVector x2 = load(d2 + at);
            plain = plain.lanewise(XOR, x2);
            weighted = twicePlus(weighted, x2, zero, polynomial);
            ByteVector x1 = load(d1 + at);
            plain = plain.lanewise(XOR, x1);
            weighted = twicePlus(weighted, x1, zero, polynomial);
            ByteVector x0 = load(d0 + at);
            plain = plain.lanewise(XOR, x0);
            weighted = twicePlus(weighted, x0, zero, polynomial);
            store(p + at, plain);
            store(q + at, weighted);
        }
    }

    static void next4(long d0, long d1, long d2, long d3, long p, long q, int length) {
        ByteVector zero = zero();
        ByteVector polynomial = polynomial();
        for (int at = 0; at < length; at += LANES) {
            ByteVector plain = load(p + at);
            ByteVector weighted = load(q + at);
            ByteVector x3 = load(d3 + at);
            plain = plain.lanewise(XOR, x3);
            weighted = twicePlus(weighted, x3, zero, polynomial);
            ByteVector x2 = load(d2 + at);
            plain = plain.lanewise(XOR, x2);
            weighted = twicePlus(weighted, x2, zero, polynomial);
            ByteVector x1 = load(d1 + at);
            plain = plain.lanewise(XOR, x1);
            weighted = twicePlus(weighted, x1, zero, polynomial);
            ByteVector x0 = load(d0 + at);
            plain = plain.lanewise(XOR, x0);
            weighted = twicePlus(weighted, x0, zero, polynomial);
            store(p + at, plain);
            store(q + at, weighted);
        }
    }

    static void next5(long d0, long d1, long d2, long d3, long d4, long p, long q, int length) {
        ByteVector zero = zero();
        ByteVector polynomial = polynomial();
        for (int at = 0; at < length; at += LANES) {
            ByteVector plain = load(p + at);
            ByteVector weighted = load(q + at);
            ByteVector x4 = load(d4 + at);
            plain = plain.lanewise(XOR, x4);
            weighted = twicePlus(weighted, x4, zero, polynomial);
            ByteVector x3 = load(d3 + at);
            plain = plain.lanewise(XOR, x3);
            weighted = twicePlus(weighted, x3, zero, polynomial);
            ByteVector x2 = load(d2 + at);
            plain = plain.lanewise(XOR, x2);
            weighted = twicePlus(weighted, x2, zero, polynomial);
            ByteVector x1 = load(d1 + at);
            plain = plain.lanewise(XOR, x1);
            weighted = twicePlus(weighted, x1, zero, polynomial);
            ByteVector x0 = load(d0 + at);
            plain = plain.lanewise(XOR, x0);
            weighted = twicePlus(weighted, x0, zero, polynomial);
            store(p + at, plain);
            store(q + at, weighted);
        }
    }

    static void next6(long d0, long d1, long d2, long d3, long d4, long d5, long p, long q, int length) {
        ByteVector zero = zero();
        ByteVector polynomial = polynomial();
        for (int at = 0; at < length; at += LANES) {
            ByteVector plain = load(p + at);
            ByteVector weighted = load(q + at);
            ByteVector x5 = load(d5 + at);
            plain = plain.lanewise(XOR, x5);
            weighted = twicePlus(weighted, x5, zero, polynomial);
            ByteVector x4 = load(d4 + at);
            plain = plain.lanewise(XOR, x4);
            weighted = twicePlus(weighted, x4, zero, polynomial);
            ByteVector x3 = load(d3 + at);
            plain = plain.lanewise(XOR, x3);
            weighted = twicePlus(weighted, x3, zero, polynomial);
            ByteVector x2 = load(d2 + at);
            plain = plain.lanewise(XOR, x2);
            weighted = twicePlus(weighted, x2, zero, polynomial);
            ByteVector x1 = load(d1 + at);
            plain = plain.lanewise(XOR, x1);
            weighted = twicePlus(weighted, x1, zero, polynomial);
            ByteVector x0 = load(d0 + at);
            plain = plain.lanewise(XOR, x0);
            weighted = twicePlus(weighted, x0, zero, polynomial);
            store(p + at, plain);
            store(q + at, weighted);
        }
    }
}
