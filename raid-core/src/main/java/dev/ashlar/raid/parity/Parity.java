package dev.ashlar.raid.parity;

import java.util.Optional;

/**
 * P and Q of a stripe: generate, check, update and recover.
 *
 * <p><b>The field.</b> Bytes are elements of GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1 (0x11d). Addition, written +
 * here, is XOR, so that every element is its own negative. The generator g = 2 has order 255; the powers g^0 … g^254
 * are all different, which is why two blocks can always be told apart.
 *
 * <p><b>Definitions.</b> With data blocks D_e, each at its exponent e, byte by byte:
 * <pre>
 *   P = sum of D_e            Q = sum of g^e * D_e
 * </pre>
 * Q is computed by Horner's rule from the highest exponent down: {@code Q = g*Q + D_e}, one doubling and one XOR a
 * block.
 *
 * <p><b>Update.</b> When D_e changes by d = old + new: {@code P += d}, {@code Q += g^e * d}.
 *
 * <p><b>Recovery.</b> P' and Q' are P and Q of the blocks that are left.
 * <pre>
 *   D_x           P known:       D_x = P + P'
 *   D_x and P     Q known:       D_x = (Q + Q') * g^-x,  then P by definition
 *   D_x and Q     P known:       D_x = P + P',           then Q by definition
 *   D_x and D_y   x &lt; y:         D_x = A*(P + P') + B*(Q + Q'),  D_y = (P + P') + D_x
 *                                A = g^(y-x) / (g^(y-x) + 1),  B = g^-x / (g^(y-x) + 1)
 * </pre>
 * Sources: H. P. Anvin, "The mathematics of RAID-6"; md-format, section 9, for the exponents md uses.
 *
 * <p><b>Memory.</b> Blocks are raw addresses, at any alignment, of <em>anonymous off-heap memory</em> that the caller
 * keeps alive during the call; never of a mapped file, on which a fault would end the JVM. Nothing checks the
 * addresses. Blocks of one call must not overlap, and must not be written by others meanwhile. Lengths are bytes, from
 * 0 to 1 GiB. {@code blocks[e]} is the block with exponent {@code e}; 0 there means that no such block exists (the DDF
 * layouts leave gaps), and counts as zeroes. The arrays are only read.
 *
 * <p>Immutable and thread-safe. No call allocates. Misuse throws {@link IllegalArgumentException} before anything is
 * touched.
 */
public final class Parity {
    /** In {@link #recover}: nothing is missing. */
    public static final int NONE = -1;
    /** In {@link #recover}: P is missing. */
    public static final int P = -2;
    /** In {@link #recover}: Q is missing. */
    public static final int Q = -3;

    /** In the result of {@link #check}: P is wrong. */
    public static final int P_WRONG = 1;
    /** In the result of {@link #check}: Q is wrong. */
    public static final int Q_WRONG = 2;

    /** The most blocks, and one more than the highest exponent. */
    public static final int MAX_BLOCKS = 32;

    /** The longest length, in bytes: 1 GiB. */
    public static final int MAX_LENGTH_BYTES = 1 << 30;

    private static final Parity SCALAR = new Parity(ScalarKernels.INSTANCE);

    private final Kernels kernels;
    private final SegmentParity segments = new SegmentParity(this);

    Parity(Kernels kernels) {
        this.kernels = kernels;
    }

    /**
     * The implementation for this process: what was said by {@link #use}, else what the environment variable
     * ASHLAR_PARITY names, else our choice. That is plain Java at first, tested by the first call in some ten
     * milliseconds. Where there is the Vector API, each operation that is used goes over to vectors as soon as they are
     * compiled and measured to be faster, as a rule within a second or two; a thread in the background sees to it.
     *
     * @throws ParityUnavailableException if the variable names one that cannot be had here
     */
    public static Parity best() {
        return Selection.best();
    }

    /**
     * One implementation, after a test against the reference.
     *
     * @throws ParityUnavailableException if it cannot be had here, or fails the test
     */
    public static Parity of(ParityImplementation implementation) {
        return Selection.tested(implementation);
    }

    /**
     * Decides what {@link #best} returns from now on, for all of the process. Arrays that are open keep what they have.
     *
     * @param implementation empty for our choice
     * @throws ParityUnavailableException if it cannot be had here, or fails its test; then nothing changes
     */
    public static void use(Optional<ParityImplementation> implementation) {
        Selection.use(implementation);
    }

    /** The reference implementation: slow, and simple enough to check by hand. */
    public static Parity scalar() {
        return SCALAR;
    }

    /** The same kernels for memory segments of any kind. */
    public SegmentParity forSegments() {
        return segments;
    }

    /** Which kernels run. */
    public String description() {
        return kernels.description();
    }

    /**
     * Computes P and Q.
     *
     * @param blocks data blocks by exponent
     * @param count how many of {@code blocks} count, 0 to 32
     * @param p where P goes, 0 if it is not wanted
     * @param q where Q goes, 0 if it is not wanted
     */
    public void generate(long[] blocks, int count, long p, long q, int lengthBytes) {
        requireBlocks(blocks, count, lengthBytes);
        kernels.generate(blocks, count, p, q, lengthBytes);
    }

    /**
     * Compares P and Q with what they should be.
     *
     * @param p address of P, 0 if it is not to be checked
     * @param q address of Q, 0 if it is not to be checked
     * @return 0 if all is right, or the sum of {@link #P_WRONG} and {@link #Q_WRONG}
     */
    public int check(long[] blocks, int count, long p, long q, int lengthBytes) {
        requireBlocks(blocks, count, lengthBytes);
        return kernels.check(blocks, count, p, q, lengthBytes);
    }

    /**
     * Changes P and Q as one block changes: {@code P += d}, {@code Q += g^exponent * d}, with {@code d = old + new}.
     *
     * @param oldBlock what the block held when P and Q were right
     * @param newBlock what it will hold
     * @param exponent the block's exponent, 0 to 31
     * @param p address of P, 0 if there is none
     * @param q address of Q, 0 if there is none
     */
    public void update(long oldBlock, long newBlock, int exponent, long p, long q, int lengthBytes) {
        requireExponent(exponent);
        requireLength(lengthBytes);
        requireAddress("oldBlock", oldBlock);
        requireAddress("newBlock", newBlock);
        kernels.update(oldBlock, newBlock, exponent, p, q, lengthBytes);
    }

    /**
     * Recomputes what is missing, in place: where a block is missing, {@code blocks[missing]}, {@code p} or {@code q}
     * is the address that the recovered content goes to. Both missing data blocks are always written. A missing P or Q
     * is recomputed too, unless its address is 0.
     *
     * @param p address of P
     * @param q address of Q; 0 if there is none (RAID 4 and 5), and then one block may be missing
     * @param missing1 exponent of a data block, {@link #P}, {@link #Q} or {@link #NONE}
     * @param missing2 the same, different from {@code missing1} unless that is NONE
     */
    public void recover(
            long[] blocks, int count, long p, long q, int missing1, int missing2, int lengthBytes) {
        requireBlocks(blocks, count, lengthBytes);
        requireMissing(blocks, count, missing1);
        requireMissing(blocks, count, missing2);
        if (missing1 == missing2 && missing1 != NONE) {
            throw new IllegalArgumentException("missing1=" + missing1 + " and missing2 are the same");
        }
        boolean pMissing = missing1 == P || missing2 == P;
        boolean qMissing = missing1 == Q || missing2 == Q;
        int high = Math.max(missing1, missing2);
        int low = Math.min(missing1, missing2);
        if (low >= 0) {
            requireAddress("p", p);
            requireAddress("q", q);
            kernels.recoverPair(blocks, count, p, q, low, high, lengthBytes);
        } else if (high >= 0 && pMissing) {
            requireAddress("q", q);
            kernels.recoverFromQ(blocks, count, p, q, high, lengthBytes);
        } else {
            recoverWithP(blocks, count, p, q, high, pMissing, qMissing, lengthBytes);
        }
    }

    /** At most one data block is missing, and if so, not P. */
    private void recoverWithP(long[] blocks, int count, long p, long q, int data, boolean pMissing, boolean qMissing,
            int lengthBytes) {
        if (data >= 0) {
            requireAddress("p", p);
            kernels.recoverFromP(blocks, count, p, data, lengthBytes);
        }
        if (pMissing || qMissing) {
            kernels.generate(blocks, count, pMissing ? p : 0, qMissing ? q : 0, lengthBytes);
        }
    }

    /** {@code target ^= source}, byte by byte. */
    public void xor(long source, long target, int lengthBytes) {
        requireLength(lengthBytes);
        requireAddress("source", source);
        requireAddress("target", target);
        kernels.xor(source, target, lengthBytes);
    }

    /**
     * {@code target += factor * source}, byte by byte: the step of any linear code.
     *
     * @param factor an element of the field, 0 to 255
     */
    public void multiplyAdd(int factor, long source, long target, int lengthBytes) {
        requireFactor(factor);
        requireLength(lengthBytes);
        requireAddress("source", source);
        requireAddress("target", target);
        kernels.multiplyAdd(factor, source, target, lengthBytes);
    }

    private static void requireBlocks(long[] blocks, int count, int lengthBytes) {
        if (count < 0 || count > MAX_BLOCKS || count > blocks.length) {
            throw new IllegalArgumentException(
                    "count=" + count + " is not from 0 to " + Math.min(MAX_BLOCKS, blocks.length));
        }
        requireLength(lengthBytes);
    }

    static void requireExponent(int exponent) {
        if (exponent < 0 || exponent >= MAX_BLOCKS) {
            throw new IllegalArgumentException("exponent=" + exponent + " is not from 0 to " + (MAX_BLOCKS - 1));
        }
    }

    static void requireFactor(int factor) {
        if (factor < 0 || factor > 255) {
            throw new IllegalArgumentException("factor=" + factor + " is not from 0 to 255");
        }
    }

    private static void requireLength(int lengthBytes) {
        if (lengthBytes < 0 || lengthBytes > MAX_LENGTH_BYTES) {
            throw new IllegalArgumentException("lengthBytes=" + lengthBytes + " is not from 0 to " + MAX_LENGTH_BYTES);
        }
    }

    private static void requireMissing(long[] blocks, int count, int missing) {
        if (missing < Q || missing >= count) {
            throw new IllegalArgumentException("missing=" + missing + " is no exponent below count=" + count);
        }
        if (missing >= 0 && blocks[missing] == 0) {
            throw new IllegalArgumentException("missing=" + missing + " has no address to recover to");
        }
    }

    private static void requireAddress(String name, long address) {
        if (address == 0) {
            throw new IllegalArgumentException(name + "=0 is no address");
        }
    }

    @Override
    public String toString() {
        return "Parity[" + description() + "]";
    }
}
