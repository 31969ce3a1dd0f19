package dev.ashlar.raid.parity;

/** The reference, for tests that plant a fault in one operation. */
class ForwardingKernels implements Kernels {
    private final Kernels reference = ScalarKernels.INSTANCE;

    @Override
    public String description() {
        return getClass().getSimpleName();
    }

    @Override
    public void generate(long[] blocks, int count, long p, long q, int lengthBytes) {
        reference.generate(blocks, count, p, q, lengthBytes);
    }

    @Override
    public int check(long[] blocks, int count, long p, long q, int lengthBytes) {
        return reference.check(blocks, count, p, q, lengthBytes);
    }

    @Override
    public void update(long oldBlock, long newBlock, int exponent, long p, long q, int lengthBytes) {
        reference.update(oldBlock, newBlock, exponent, p, q, lengthBytes);
    }

    @Override
    public void recoverFromP(long[] blocks, int count, long p, int x, int lengthBytes) {
        reference.recoverFromP(blocks, count, p, x, lengthBytes);
    }

    @Override
    public void recoverFromQ(long[] blocks, int count, long p, long q, int x, int lengthBytes) {
        reference.recoverFromQ(blocks, count, p, q, x, lengthBytes);
    }

    @Override
    public void recoverPair(long[] blocks, int count, long p, long q, int x, int y, int lengthBytes) {
        reference.recoverPair(blocks, count, p, q, x, y, lengthBytes);
    }

    @Override
    public void xor(long source, long target, int lengthBytes) {
        reference.xor(source, target, lengthBytes);
    }

    @Override
    public void multiplyAdd(int factor, long source, long target, int lengthBytes) {
        reference.multiplyAdd(factor, source, target, lengthBytes);
    }
}
