package dev.ashlar.raid.parity;

import static dev.ashlar.raid.parity.VectorField.LANES;
import static dev.ashlar.raid.parity.VectorField.load;
import static dev.ashlar.raid.parity.VectorField.store;
import static jdk.incubator.vector.VectorOperators.XOR;

/**
 * The sum of one to seven sources, one pass each. A target may be among its sources. Lengths are multiples of the
 * vector length.
 */
final class VectorXor {
    private VectorXor() {}

    static void xor1(long s0, long target, int length) {
        for (int at = 0; at < length; at += LANES) {
            store(target + at, load(s0 + at));
        }
    }

    static void xor2(long s0, long s1, long target, int length) {
        for (int at = 0; at < length; at += LANES) {
            store(target + at, load(s0 + at)
                    .lanewise(XOR, load(s1 + at)));
        }
    }

    static void xor3(long s0, long s1, long s2, long target, int length) {
        for (int at = 0; at < length; at += LANES) {
            store(target + at, load(s0 + at)
                    .lanewise(XOR, load(s1 + at))
                    .lanewise(XOR, load(s2 + at)));
        }
    }

    static void xor4(long s0, long s1, long s2, long s3, long target, int length) {
        for (int at = 0; at < length; at += LANES) {
            store(target + at, load(s0 + at)
                    .lanewise(XOR, load(s1 + at))
                    .lanewise(XOR, load(s2 + at))
                    .lanewise(XOR, load(s3 + at)));
        }
    }

    static void xor5(long s0, long s1, long s2, long s3, long s4, long target, int length) {
        for (int at = 0; at < length; at += LANES) {
            store(target + at, load(s0 + at)
                    .lanewise(XOR, load(s1 + at))
                    .lanewise(XOR, load(s2 + at))
                    .lanewise(XOR, load(s3 + at))
                    .lanewise(XOR, load(s4 + at)));
        }
    }

    static void xor6(long s0, long s1, long s2, long s3, long s4, long s5, long target, int length) {
        for (int at = 0; at < length; at += LANES) {
            store(target + at, load(s0 + at)
                    .lanewise(XOR, load(s1 + at))
                    .lanewise(XOR, load(s2 + at))
                    .lanewise(XOR, load(s3 + at))
                    .lanewise(XOR, load(s4 + at))
                    .lanewise(XOR, load(s5 + at)));
        }
    }

    static void xor7(long s0, long s1, long s2, long s3, long s4, long s5, long s6, long target, int length) {
        for (int at = 0; at < length; at += LANES) {
            store(target + at, load(s0 + at)
                    .lanewise(XOR, load(s1 + at))
                    .lanewise(XOR, load(s2 + at))
                    .lanewise(XOR, load(s3 + at))
                    .lanewise(XOR, load(s4 + at))
                    .lanewise(XOR, load(s5 + at))
                    .lanewise(XOR, load(s6 + at)));
        }
    }
}
