package dev.ashlar.raid.parity;

/**
 * The field GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1 (0x11d), in which {@code g} = 2 generates all 255 non-zero
 * elements.
 *
 * <p>Elements are ints from 0 to 255; addition is XOR. Source: H. P. Anvin, "The mathematics of RAID-6", section 2.
 */
final class Gf256 {
    /** The low byte of the modulus: what x^8 is. */
    static final int POLYNOMIAL = 0x1d;
    /** g has this order: g^255 = 1. */
    static final int ORDER = 255;

    private static final int[] EXP = new int[ORDER];
    private static final int[] LOG = new int[256];

    static {
        int power = 1;
        for (int exponent = 0; exponent < ORDER; exponent++) {
            EXP[exponent] = power;
            LOG[power] = exponent;
            power = twice(power);
        }
    }

    private Gf256() {}

    /** {@code g * a}: shift left, and replace x^8 by what it equals. */
    static int twice(int a) {
        return (a << 1 ^ ((a & 0x80) != 0 ? POLYNOMIAL : 0)) & 0xff;
    }

    /** {@code g^exponent}, for any exponent, negative ones too. */
    static int power(int exponent) {
        return EXP[Math.floorMod(exponent, ORDER)];
    }

    static int multiply(int a, int b) {
        return a == 0 || b == 0 ? 0 : EXP[(LOG[a] + LOG[b]) % ORDER];
    }

    /** The element whose product with {@code a} is 1; {@code a} must not be 0. */
    static int inverse(int a) {
        if (a == 0) {
            throw new ArithmeticException("0 has no inverse in GF(256)");
        }
        return EXP[(ORDER - LOG[a]) % ORDER];
    }
}
