package dev.ashlar.bench.kernel;

import java.util.List;
import java.util.function.ObjIntConsumer;

/** Runs everything there is of parity, so that the compiler has seen all of it. */
final class Use {
    private static final long EACH_NANOS = 20_000_000;
    private static final List<Integer> LENGTHS = List.of(4096, 65536, 1000);
    private static final List<Integer> DATA_BLOCKS = List.of(4, 7);
    private static final List<ObjIntConsumer<Coder>> OPERATIONS = List.of(
            Coder::generateP, Coder::generatePq, Coder::check, Coder::recoverD, Coder::recoverDp, Coder::recoverDq,
            Coder::recoverDd, Coder::update, Coder::multiplyAccumulate, Coder::xor);

    private Use() {}

    static void everything() {
        for (String implementation : Coders.ours()) {
            for (int length : LENGTHS) {
                for (int blocks : DATA_BLOCKS) {
                    use(implementation, length, blocks);
                }
            }
        }
    }

    private static void use(String implementation, int length, int blocks) {
        try (Stripes stripes = new Stripes(blocks, length, 0, Place.CACHE)) {
            Coder coder = Coders.of(implementation, stripes);
            coder.generatePq(0);
            for (ObjIntConsumer<Coder> operation : OPERATIONS) {
                long end = System.nanoTime() + EACH_NANOS;
                while (System.nanoTime() < end) {
                    operation.accept(coder, 0);
                }
            }
        }
    }
}
