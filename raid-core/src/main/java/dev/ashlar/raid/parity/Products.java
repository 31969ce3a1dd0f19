package dev.ashlar.raid.parity;

/** Products of every constant, laid out for look-ups by vectors. The arrays are shared and must not be written. */
final class Products {
    /** Bytes of one constant in {@link #bySevenBits}. */
    static final int SEVEN_BITS_LENGTH = 128;
    /** Bytes of one constant in {@link #byHalfBytes}. */
    static final int HALF_BYTES_LENGTH = 64;

    private Products() {}

    /** For each constant 128 bytes: its products with 0 to 127. */
    static byte[] bySevenBits() {
        byte[] tables = new byte[256 << 7];
        for (int constant = 0; constant < 256; constant++) {
            for (int factor = 0; factor < 128; factor++) {
                tables[constant << 7 | factor] = product(tables, constant << 7, constant, factor);
            }
        }
        return tables;
    }

    /**
     * For each constant 64 bytes: its products with 0 to 15, twice, then with 0, 16 to 240, twice. Vectors of 128 bits
     * use the first of each two, and those of 256 both.
     */
    static byte[] byHalfBytes() {
        byte[] tables = new byte[256 << 6];
        for (int constant = 0; constant < 256; constant++) {
            for (int at = 0; at < 64; at++) {
                int factor = at < 32 ? at & 15 : (at & 15) << 4;
                tables[constant << 6 | at] = (byte) Gf256.multiply(constant, factor);
            }
        }
        return tables;
    }

    /** A product by those of its factor's highest bit and of the rest, which are in the table already. */
    private static byte product(byte[] tables, int start, int constant, int factor) {
        int high = Integer.highestOneBit(factor);
        return high == factor
                ? (byte) Gf256.multiply(constant, factor)
                : (byte) (tables[start | high] ^ tables[start | factor - high]);
    }
}
