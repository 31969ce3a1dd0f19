package dev.ashlar.raid.parity;

import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * GF(256) on vectors of bytes, and the loads and stores of all vector kernels.
 *
 * <p>A process uses one vector length and one way to multiply, fixed when this class is loaded:
 * <ul>
 * <li>512 bits where the JVM prefers them and the CPU permutes bytes over two registers (AVX-512 VBMI): a product is
 * looked up by the low seven bits in a table of 128, and the eighth bit adds a constant;
 * <li>else 256 bits, or 128: a product is the sum of two look-ups by half a byte.
 * </ul>
 * A permute that the CPU lacks would not fail but be emulated, thousands of times slower; hence the look at the CPU's
 * flags in {@link CpuFlags}.
 */
final class VectorField {
    static final VectorSpecies<Byte> SPECIES = choose();
    static final int LANES = SPECIES.length();
    /** Whether products are looked up by seven bits instead of four and four. */
    static final boolean SEVEN_BITS = LANES == 64;

    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    /** For each constant two vectors of products. */
    private static final byte[] TABLES = tables();

    private VectorField() {}

    private static VectorSpecies<Byte> choose() {
        int preferred = ByteVector.SPECIES_PREFERRED.length();
        if (preferred >= 64 && CpuFlags.has("avx512vbmi")) {
            return ByteVector.SPECIES_512;
        }
        return preferred >= 32 ? ByteVector.SPECIES_256 : ByteVector.SPECIES_128;
    }

    private static byte[] tables() {
        byte[] tables = new byte[256 * 2 * LANES];
        for (int constant = 0; constant < 256; constant++) {
            for (int lane = 0; lane < LANES; lane++) {
                int low = SEVEN_BITS ? lane : lane & 15;
                int high = SEVEN_BITS ? 64 + lane : (lane & 15) << 4;
                tables[constant * 2 * LANES + lane] = (byte) Gf256.multiply(constant, low);
                tables[constant * 2 * LANES + LANES + lane] = (byte) Gf256.multiply(constant, high);
            }
        }
        return tables;
    }

    static ByteVector load(long address) {
        return ByteVector.fromMemorySegment(SPECIES, Memory.ALL, address, ORDER);
    }

    static void store(long address, ByteVector vector) {
        vector.intoMemorySegment(Memory.ALL, address, ORDER);
    }

    /** Zeroes; kernels make them once, before their loop. */
    static ByteVector zero() {
        return ByteVector.zero(SPECIES);
    }

    /** What x^8 is, in every lane; kernels make it once, before their loop. */
    static ByteVector polynomial() {
        return ByteVector.broadcast(SPECIES, (byte) Gf256.POLYNOMIAL);
    }

    /** {@code g*a + b}. */
    static ByteVector twicePlus(ByteVector a, ByteVector b, ByteVector zero, ByteVector polynomial) {
        return a.add(a).lanewise(XOR, zero.blend(polynomial, a.compare(LT, zero))).lanewise(XOR, b);
    }

    /** The first table of a constant; kernels load tables once, before their loop. */
    static ByteVector lowTable(int constant) {
        return ByteVector.fromArray(SPECIES, TABLES, constant * 2 * LANES);
    }

    /** The second table of a constant. */
    static ByteVector highTable(int constant) {
        return ByteVector.fromArray(SPECIES, TABLES, constant * 2 * LANES + LANES);
    }

    /** The product of a constant with the eighth bit, where look-ups take seven. */
    static ByteVector topProduct(int constant) {
        return ByteVector.broadcast(SPECIES, (byte) Gf256.multiply(constant, 0x80));
    }

    /** {@code constant * a}, by the tables of the constant. */
    static ByteVector multiply(ByteVector a, ByteVector low, ByteVector high, ByteVector top, ByteVector zero) {
        if (SEVEN_BITS) {
            VectorMask<Byte> eighth = a.compare(LT, zero);
            return a.selectFrom(low, high).lanewise(XOR, zero.blend(top, eighth));
        }
        ByteVector lowHalf = a.and((byte) 15);
        ByteVector highHalf = a.reinterpretAsShorts().lanewise(LSHR, 4).reinterpretAsBytes().and((byte) 15);
        return lowHalf.selectFrom(low).lanewise(XOR, highHalf.selectFrom(high));
    }
}
