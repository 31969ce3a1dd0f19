package dev.ashlar.raid.parity;

/**
 * The factors that give D_x from the plain and weighted syndromes when D_x and D_y, {@code x < y}, are missing:
 * {@code D_x = a * (P + P') + b * (Q + Q')} (see {@link Parity}).
 */
final class PairCoefficients {
    private PairCoefficients() {}

    static int a(int x, int y) {
        int power = Gf256.power(y - x);
        return Gf256.multiply(power, Gf256.inverse(power ^ 1));
    }

    static int b(int x, int y) {
        return Gf256.multiply(Gf256.power(-x), Gf256.inverse(Gf256.power(y - x) ^ 1));
    }
}
