package dev.ashlar.raid.parity;

import java.lang.invoke.MethodHandle;

/**
 * Intel's ISA-L, called in place: the functions for XOR, P+Q and erasure codes as the library has them, for the kernels
 * that use it and for benchmarks that compare with it.
 *
 * <p><b>Which library.</b> {@code ASHLAR_ISAL}, if set, is the path of a shared library; else {@code libisal.so.2} is
 * looked for where the system's loader looks (Debian: package {@code libisal2}). It is loaded when this class is first
 * asked, and stays. Where there is none, {@link #available()} is false, {@link #description()} says why, and every
 * other call throws {@link IllegalStateException}. The library chooses its code by the CPU itself.
 *
 * <p><b>Arguments.</b> Memory is passed by raw address and never checked: it must be native, not of a mapped file, and
 * stay alive during the call. A {@code pointers} argument is the address of an array of 64-bit addresses, 8-byte
 * aligned; it is only read, so one array may be filled once and used by many calls and threads. Lengths are bytes,
 * from 0 to {@link Integer#MAX_VALUE}. The field is that of {@link Parity}.
 *
 * <p><b>Alignment.</b> What the library documents is 32 bytes for what {@code xor_gen}, {@code pq_gen} and
 * {@code gf_vect_mul} are given and 16 for the checks. Some code paths of theirs end the process by a fault on less,
 * and a path with non-temporal stores wants {@link #ALIGNMENT}; give that.
 *
 * <p>Any thread. No call allocates.
 */
public final class IsaL {
    /** What all data addresses should be multiples of, and for the fastest paths also lengths, in bytes. */
    public static final int ALIGNMENT = 64;

    /** Bytes of expanded table that {@link #ecInitTables} makes of one coefficient. */
    public static final int TABLE_BYTES = 32;

    private IsaL() {}

    /** Whether a library was found and has every function. */
    public static boolean available() {
        return IsaLibrary.FAILURE == null;
    }

    /** The library's file and version where they can be told; if it is not available, why. */
    public static String description() {
        return available() ? IsaLibrary.DESCRIPTION : IsaLibrary.FAILURE;
    }

    /** The version, "2.30" as a rule, or "" if it cannot be told. */
    public static String version() {
        requireAvailable();
        return IsaLibrary.VERSION;
    }

    /**
     * {@code pq_gen}: P and Q of the blocks.
     *
     * @param vectors blocks plus two, at least 4
     * @param lengthBytes a multiple of 32
     * @param pointers to the blocks by exponent, without gaps, then P, then Q
     * @return 0, or something else if an argument was refused and nothing done
     */
    public static int pqGen(int vectors, int lengthBytes, long pointers) {
        requireAvailable();
        try {
            return (int) Raid.PQ_GEN.invokeExact(vectors, lengthBytes, pointers);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * {@code pq_check}: whether P and Q are those of the blocks. Arguments as for {@link #pqGen}, the length a multiple
     * of 16.
     *
     * @return 0 if they are
     */
    public static int pqCheck(int vectors, int lengthBytes, long pointers) {
        requireAvailable();
        try {
            return (int) Raid.PQ_CHECK.invokeExact(vectors, lengthBytes, pointers);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * {@code xor_gen}: the sum of the blocks.
     *
     * @param vectors blocks plus one, at least 3
     * @param lengthBytes any; quick if a multiple of 128
     * @param pointers to the blocks, then the target, which may be one of the blocks
     * @return 0, or something else if an argument was refused and nothing done
     */
    public static int xorGen(int vectors, int lengthBytes, long pointers) {
        requireAvailable();
        try {
            return (int) Raid.XOR_GEN.invokeExact(vectors, lengthBytes, pointers);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * {@code xor_check}: whether the sum of the blocks is 0.
     *
     * @param vectors blocks, P among them, at least 2
     * @return 0 if it is
     */
    public static int xorCheck(int vectors, int lengthBytes, long pointers) {
        requireAvailable();
        try {
            return (int) Raid.XOR_CHECK.invokeExact(vectors, lengthBytes, pointers);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * {@code ec_init_tables}: expands coefficients for the functions below, in the form the code path of this CPU
     * wants.
     *
     * @param coefficients address of {@code targets} rows of {@code sources} bytes
     * @param tables address of {@code sources * targets * TABLE_BYTES} bytes to be written
     */
    public static void ecInitTables(int sources, int targets, long coefficients, long tables) {
        requireAvailable();
        try {
            ErasureCodes.INIT_TABLES.invokeExact(sources, targets, coefficients, tables);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * {@code ec_encode_data}: each target is the sum of all sources times the coefficients of its row.
     *
     * @param lengthBytes any; quick from 64
     * @param tables of {@link #ecInitTables} with the same numbers
     */
    public static void ecEncodeData(int lengthBytes, int sources, int targets, long tables, long sourcePointers,
            long targetPointers) {
        requireAvailable();
        try {
            ErasureCodes.ENCODE.invokeExact(lengthBytes, sources, targets, tables, sourcePointers, targetPointers);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * {@code ec_encode_data_update}: adds one source times its coefficient of each row to each target.
     *
     * @param source which column of the coefficients, from 0
     * @param sourceBlock address of the block itself
     */
    public static void ecEncodeDataUpdate(int lengthBytes, int sources, int targets, int source, long tables,
            long sourceBlock, long targetPointers) {
        requireAvailable();
        try {
            ErasureCodes.UPDATE.invokeExact(
                    lengthBytes, sources, targets, source, tables, sourceBlock, targetPointers);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * {@code gf_vect_mad}: adds one source times a coefficient to one target.
     *
     * @param lengthBytes at least 64
     * @param sources how many coefficients {@code tables} was made of, with one target
     * @param source which of them, from 0
     */
    public static void gfVectMad(int lengthBytes, int sources, int source, long tables, long sourceBlock,
            long targetBlock) {
        requireAvailable();
        try {
            ErasureCodes.MAD.invokeExact(lengthBytes, sources, source, tables, sourceBlock, targetBlock);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** {@code gf_vect_mul_init}: makes the {@link #TABLE_BYTES} bytes of table for {@link #gfVectMul}. */
    public static void gfVectMulInit(int coefficient, long table) {
        requireAvailable();
        try {
            ErasureCodes.MUL_INIT.invokeExact((byte) coefficient, table);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * {@code gf_vect_mul}: one source times a constant.
     *
     * @param lengthBytes a multiple of 32
     * @return 0, or something else if an argument was refused and nothing done
     */
    public static int gfVectMul(int lengthBytes, long table, long sourceBlock, long targetBlock) {
        requireAvailable();
        try {
            return (int) ErasureCodes.MUL.invokeExact(lengthBytes, table, sourceBlock, targetBlock);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static void requireAvailable() {
        if (IsaLibrary.FAILURE != null) {
            throw new IllegalStateException("ISA-L is not available: " + IsaLibrary.FAILURE);
        }
    }

    private static RuntimeException unexpected(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException runtime ? runtime : new IllegalStateException(e);
    }

    private static final class Raid {
        static final MethodHandle PQ_GEN = IsaLibrary.intsThenAddresses(true, "pq_gen", 2, 1);
        static final MethodHandle PQ_CHECK = IsaLibrary.intsThenAddresses(true, "pq_check", 2, 1);
        static final MethodHandle XOR_GEN = IsaLibrary.intsThenAddresses(true, "xor_gen", 2, 1);
        static final MethodHandle XOR_CHECK = IsaLibrary.intsThenAddresses(true, "xor_check", 2, 1);
    }

    private static final class ErasureCodes {
        static final MethodHandle INIT_TABLES = IsaLibrary.intsThenAddresses(false, "ec_init_tables", 2, 2);
        static final MethodHandle ENCODE = IsaLibrary.intsThenAddresses(false, "ec_encode_data", 3, 3);
        static final MethodHandle UPDATE = IsaLibrary.intsThenAddresses(false, "ec_encode_data_update", 4, 3);
        static final MethodHandle MAD = IsaLibrary.intsThenAddresses(false, "gf_vect_mad", 3, 3);
        static final MethodHandle MUL = IsaLibrary.intsThenAddresses(true, "gf_vect_mul", 1, 3);
        static final MethodHandle MUL_INIT = IsaLibrary.byteThenAddress("gf_vect_mul_init");
    }
}
