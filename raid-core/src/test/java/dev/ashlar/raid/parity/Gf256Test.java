package dev.ashlar.raid.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import org.junit.jupiter.api.Test;

class Gf256Test {
    /** Schoolbook: multiply polynomials over GF(2), then divide by 0x11d and keep the remainder. */
    private static int schoolbook(int a, int b) {
        int product = 0;
        for (int bit = 0; bit < 8; bit++) {
            if ((b & 1 << bit) != 0) {
                product ^= a << bit;
            }
        }
        for (int bit = 14; bit >= 8; bit--) {
            if ((product & 1 << bit) != 0) {
                product ^= 0x11d << bit - 8;
            }
        }
        return product;
    }

    @Test
    void productsAreThoseOfPolynomials() {
        for (int a = 0; a < 256; a++) {
            for (int b = 0; b < 256; b++) {
                assertThat(Gf256.multiply(a, b)).isEqualTo(schoolbook(a, b));
            }
        }
    }

    @Test
    void generatorReachesEveryElementButZero() {
        BitSet reached = new BitSet();
        for (int exponent = 0; exponent < 255; exponent++) {
            reached.set(Gf256.power(exponent));
        }
        assertThat(reached.cardinality()).isEqualTo(255);
        assertThat(reached.get(0)).isFalse();
        assertThat(Gf256.power(255)).isEqualTo(1);
        assertThat(Gf256.multiply(Gf256.power(-7), Gf256.power(7))).isEqualTo(1);
    }

    @Test
    void firstPowersAreTheKnownOnes() {
        int[] known = {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x1d, 0x3a, 0x74, 0xe8, 0xcd, 0x87, 0x13, 0x26};
        for (int exponent = 0; exponent < known.length; exponent++) {
            assertThat(Gf256.power(exponent)).isEqualTo(known[exponent]);
        }
        assertThat(Gf256.twice(0x80)).isEqualTo(0x1d);
    }

    @Test
    void everyElementButZeroHasItsInverse() {
        for (int a = 1; a < 256; a++) {
            assertThat(Gf256.multiply(a, Gf256.inverse(a))).isEqualTo(1);
        }
        assertThatThrownBy(() -> Gf256.inverse(0)).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void multiplicationDistributesOverAddition() {
        for (int a = 0; a < 256; a++) {
            for (int b = 0; b < 256; b++) {
                int c = b * 7 + a & 0xff;
                assertThat(Gf256.multiply(a, b ^ c)).isEqualTo(Gf256.multiply(a, b) ^ Gf256.multiply(a, c));
            }
        }
    }

    @Test
    void eightElementsInALongMultiplyLikeOne() {
        for (int constant = 0; constant < 256; constant++) {
            for (int a = 0; a < 256; a += 8) {
                long eight = 0;
                long expected = 0;
                for (int lane = 0; lane < 8; lane++) {
                    eight |= (long) (a + lane) << 8 * lane;
                    expected |= (long) Gf256.multiply(a + lane, constant) << 8 * lane;
                }
                assertThat(multiply(eight, constant)).isEqualTo(expected);
            }
        }
    }

    private static long multiply(long eight, int constant) {
        long[] sums = new long[3 * Scratch.TILE_LONGS];
        sums[LongPass.WEIGHTED] = eight;
        LongPass.multiply(sums, constant, 1);
        return sums[LongPass.PRODUCT];
    }

    @Test
    void pairCoefficientsSolveTheTwoEquations() {
        for (int y = 1; y < Parity.MAX_BLOCKS; y++) {
            for (int x = 0; x < y; x++) {
                int dx = 0x53 ^ x;
                int dy = 0xca ^ y;
                int plain = dx ^ dy;
                int weighted = Gf256.multiply(Gf256.power(x), dx) ^ Gf256.multiply(Gf256.power(y), dy);
                int solved = Gf256.multiply(PairCoefficients.a(x, y), plain)
                        ^ Gf256.multiply(PairCoefficients.b(x, y), weighted);
                assertThat(solved).isEqualTo(dx);
            }
        }
    }
}
