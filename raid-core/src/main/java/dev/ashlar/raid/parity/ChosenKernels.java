package dev.ashlar.raid.parity;

import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Kernels that go to another implementation for each operation, by choices that may change while others compute. The
 * first call of each operation asks for a choice: what a process never computes is never measured.
 *
 * <p>Both arrays are read and written by any thread without synchronisation. What is read may be old, which costs
 * nothing but a question asked twice or a call to the slower kernels; kernels have final fields only.
 */
final class ChosenKernels implements Kernels {
    private final Kernels[] chosen = new Kernels[ParityOperation.values().length];
    private final boolean[] asked = new boolean[chosen.length];
    private final String description;
    private final Consumer<ParityOperation> chooser;

    /**
     * @param all what does everything at first
     * @param chooser told of operations when they are first called, perhaps more than once; must return soon
     */
    ChosenKernels(Kernels all, String description, Consumer<ParityOperation> chooser) {
        Arrays.fill(chosen, all);
        this.description = description;
        this.chooser = chooser;
    }

    /** Sends an operation to other kernels from now on. */
    void choose(ParityOperation operation, Kernels kernels) {
        chosen[operation.ordinal()] = kernels;
    }

    private Kernels of(ParityOperation operation) {
        int index = operation.ordinal();
        if (!asked[index]) {
            asked[index] = true;
            chooser.accept(operation);
        }
        return chosen[index];
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public void generate(long[] blocks, int count, long p, long q, int lengthBytes) {
        of(q == 0 ? ParityOperation.GENERATE_P : ParityOperation.GENERATE_PQ)
                .generate(blocks, count, p, q, lengthBytes);
    }

    @Override
    public int check(long[] blocks, int count, long p, long q, int lengthBytes) {
        return of(ParityOperation.CHECK).check(blocks, count, p, q, lengthBytes);
    }

    @Override
    public void update(long oldBlock, long newBlock, int exponent, long p, long q, int lengthBytes) {
        of(ParityOperation.UPDATE).update(oldBlock, newBlock, exponent, p, q, lengthBytes);
    }

    @Override
    public void recoverFromP(long[] blocks, int count, long p, int x, int lengthBytes) {
        of(ParityOperation.RECOVER_FROM_P).recoverFromP(blocks, count, p, x, lengthBytes);
    }

    @Override
    public void recoverFromQ(long[] blocks, int count, long p, long q, int x, int lengthBytes) {
        of(ParityOperation.RECOVER_FROM_Q).recoverFromQ(blocks, count, p, q, x, lengthBytes);
    }

    @Override
    public void recoverPair(long[] blocks, int count, long p, long q, int x, int y, int lengthBytes) {
        of(ParityOperation.RECOVER_PAIR).recoverPair(blocks, count, p, q, x, y, lengthBytes);
    }

    @Override
    public void xor(long source, long target, int lengthBytes) {
        of(ParityOperation.XOR).xor(source, target, lengthBytes);
    }

    @Override
    public void multiplyAdd(int factor, long source, long target, int lengthBytes) {
        of(ParityOperation.MULTIPLY_ADD).multiplyAdd(factor, source, target, lengthBytes);
    }
}
