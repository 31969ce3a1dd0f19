package dev.ashlar.bench.kernel;

import dev.ashlar.raid.parity.Parity;

/** Ashlar's own parity, through the entry that its engine uses. */
final class AshlarCoder extends Coder {
    private final Parity parity;
    private final long[][] blocks;
    private final int count;
    private final int length;
    private final int secondLost = secondLost();

    AshlarCoder(Parity parity, Stripes stripes) {
        super(stripes);
        this.parity = parity;
        count = stripes.dataBlocks();
        length = stripes.lengthBytes();
        blocks = new long[stripes.count()][];
        for (int stripe = 0; stripe < blocks.length; stripe++) {
            blocks[stripe] = stripes.dataBlocks(stripe);
        }
    }

    @Override
    void generateP(int stripe) {
        parity.generate(blocks[stripe], count, stripes.p(stripe), 0, length);
    }

    @Override
    void generatePq(int stripe) {
        parity.generate(blocks[stripe], count, stripes.p(stripe), stripes.q(stripe), length);
    }

    @Override
    int check(int stripe) {
        return parity.check(blocks[stripe], count, stripes.p(stripe), stripes.q(stripe), length);
    }

    @Override
    void update(int stripe) {
        parity.update(stripes.block(stripe, FIRST_LOST), stripes.spare(stripe), FIRST_LOST, stripes.p(stripe),
                stripes.q(stripe), length);
    }

    @Override
    void multiplyAccumulate(int stripe) {
        parity.multiplyAdd(FACTOR, stripes.block(stripe, 0), stripes.spare(stripe), length);
    }

    @Override
    void xor(int stripe) {
        parity.xor(stripes.block(stripe, 0), stripes.spare(stripe), length);
    }

    @Override
    void recoverD(int stripe) {
        recover(stripe, Parity.NONE);
    }

    @Override
    void recoverDp(int stripe) {
        recover(stripe, Parity.P);
    }

    @Override
    void recoverDq(int stripe) {
        recover(stripe, Parity.Q);
    }

    @Override
    void recoverDd(int stripe) {
        recover(stripe, secondLost);
    }

    private void recover(int stripe, int second) {
        parity.recover(blocks[stripe], count, stripes.p(stripe), stripes.q(stripe), FIRST_LOST, second, length);
    }
}
