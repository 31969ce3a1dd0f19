package dev.ashlar.raid.parity;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Kernels that go to another implementation for each operation, by a choice that may be replaced while others compute.
 * The first call asks for one: a process that never computes parity never measures.
 */
final class ChosenKernels implements Kernels {
    /** Which kernels do what. */
    record Choice(boolean settled, Kernels generateP, Kernels generatePq, Kernels check, Kernels update,
            Kernels recoverFromP, Kernels recoverFromQ, Kernels recoverPair, Kernels xor, Kernels multiplyAdd) {
        /** The same for all, until a better one is known. */
        static Choice ofAll(Kernels all) {
            return new Choice(false, all, all, all, all, all, all, all, all, all);
        }
    }

    private final String description;
    private final Consumer<ChosenKernels> chooser;
    private final AtomicBoolean asked = new AtomicBoolean();
    private volatile Choice choice;

    /**
     * @param all what does everything at first
     * @param chooser called once, by the first operation; must return soon, and may {@link #choose} at any time
     */
    ChosenKernels(Kernels all, Consumer<ChosenKernels> chooser) {
        this.description = all.description();
        this.chooser = chooser;
        this.choice = Choice.ofAll(all);
    }

    void choose(Choice better) {
        choice = better;
    }

    private Choice choice() {
        Choice now = choice;
        if (!now.settled && !asked.get() && asked.compareAndSet(false, true)) {
            chooser.accept(this);
        }
        return now;
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public void generate(long[] blocks, int count, long p, long q, int lengthBytes) {
        Choice now = choice();
        (q == 0 ? now.generateP : now.generatePq).generate(blocks, count, p, q, lengthBytes);
    }

    @Override
    public int check(long[] blocks, int count, long p, long q, int lengthBytes) {
        return choice().check.check(blocks, count, p, q, lengthBytes);
    }

    @Override
    public void update(long oldBlock, long newBlock, int exponent, long p, long q, int lengthBytes) {
        choice().update.update(oldBlock, newBlock, exponent, p, q, lengthBytes);
    }

    @Override
    public void recoverFromP(long[] blocks, int count, long p, int x, int lengthBytes) {
        choice().recoverFromP.recoverFromP(blocks, count, p, x, lengthBytes);
    }

    @Override
    public void recoverFromQ(long[] blocks, int count, long p, long q, int x, int lengthBytes) {
        choice().recoverFromQ.recoverFromQ(blocks, count, p, q, x, lengthBytes);
    }

    @Override
    public void recoverPair(long[] blocks, int count, long p, long q, int x, int y, int lengthBytes) {
        choice().recoverPair.recoverPair(blocks, count, p, q, x, y, lengthBytes);
    }

    @Override
    public void xor(long source, long target, int lengthBytes) {
        choice().xor.xor(source, target, lengthBytes);
    }

    @Override
    public void multiplyAdd(int factor, long source, long target, int lengthBytes) {
        choice().multiplyAdd.multiplyAdd(factor, source, target, lengthBytes);
    }
}
