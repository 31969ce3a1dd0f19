package dev.ashlar.bench.kernel;

/**
 * An implementation of parity, prepared for given stripes. Every call does one operation on the stripe with a number.
 * Data blocks always keep their content.
 *
 * <p>The missing blocks of a recovery are data blocks {@link #FIRST_LOST} and {@link #secondLost}. What an
 * implementation does not have, it refuses with {@link UnsupportedOperationException}.
 */
abstract class Coder {
    /** Exponent of the first missing data block, and of the block that is updated. */
    static final int FIRST_LOST = 1;
    /** What {@link #multiplyAccumulate} multiplies by. */
    static final int FACTOR = 0x8e;

    final Stripes stripes;

    Coder(Stripes stripes) {
        this.stripes = stripes;
    }

    /** Exponent of the second missing data block. */
    final int secondLost() {
        return stripes.dataBlocks() - 2 > FIRST_LOST ? stripes.dataBlocks() - 2 : stripes.dataBlocks() - 1;
    }

    /** P of the data blocks. */
    abstract void generateP(int stripe);

    /** P and Q of the data blocks. */
    abstract void generatePq(int stripe);

    /** Whether P and Q are right: 0 if so. */
    int check(int stripe) {
        throw unsupported("check");
    }

    /** Changes P and Q as if data block {@link #FIRST_LOST} became what the spare block holds. */
    void update(int stripe) {
        throw unsupported("update");
    }

    /** Adds the first data block times {@link #FACTOR} to the spare block. */
    void multiplyAccumulate(int stripe) {
        throw unsupported("multiplyAccumulate");
    }

    /** Adds the first data block to the spare block. */
    void xor(int stripe) {
        throw unsupported("xor");
    }

    /** One data block from the others and P. */
    void recoverD(int stripe) {
        throw unsupported("recoverD");
    }

    /** One data block and P from the other data blocks and Q. */
    void recoverDp(int stripe) {
        throw unsupported("recoverDp");
    }

    /** One data block and Q from the other data blocks and P. */
    void recoverDq(int stripe) {
        throw unsupported("recoverDq");
    }

    /** Two data blocks from the others, P and Q. */
    void recoverDd(int stripe) {
        throw unsupported("recoverDd");
    }

    private UnsupportedOperationException unsupported(String operation) {
        return new UnsupportedOperationException(getClass().getSimpleName() + " has no " + operation);
    }
}
