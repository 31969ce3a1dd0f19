package dev.ashlar.bench.kernel;

import dev.ashlar.block.DeviceException;
import java.util.List;
import java.util.function.ObjIntConsumer;

/** Runs everything there is of parity, so that the compiler has seen all of it. */
final class Use {
    private static final long EACH_NANOS = 10_000_000;
    private static final List<Integer> LENGTHS = List.of(4096, 65536, 1000);
    private static final List<Integer> DATA_BLOCKS = List.of(4, 7);

    private Use() {}

    static void everything() {
        for (String implementation : Coders.ours()) {
            for (int length : LENGTHS) {
                for (int blocks : DATA_BLOCKS) {
                    useAddresses(implementation, length, blocks);
                }
                for (SegmentKind kind : SegmentKind.values()) {
                    useSegments(implementation, length, kind);
                }
            }
        }
    }

    private static void useAddresses(String implementation, int length, int blocks) {
        try (Stripes stripes = new Stripes(blocks, length, 0, Place.CACHE)) {
            Coder coder = Coders.of(implementation, stripes);
            coder.generatePq(0);
            for (ObjIntConsumer<Coder> operation : Operations.BY_NAME.values()) {
                long end = System.nanoTime() + EACH_NANOS;
                while (System.nanoTime() < end) {
                    operation.accept(coder, 0);
                }
            }
        }
    }

    private static void useSegments(String implementation, int length, SegmentKind kind) {
        try (SegmentStripe stripe = new SegmentStripe(Coders.parity(implementation), kind, 4, length)) {
            long end = System.nanoTime() + EACH_NANOS;
            while (System.nanoTime() < end) {
                stripe.everything();
            }
        } catch (DeviceException e) {
            throw new IllegalStateException(e);
        }
    }
}
