package dev.ashlar.raid.parity;

import java.util.List;
import java.util.stream.Stream;

/** What the tests run: the reference, and everything that must equal it. */
final class Implementations {
    private Implementations() {}

    /** All but the reference. The vector kernels come twice, so that short blocks meet the kernels of large tiles. */
    static List<Parity> fast() {
        return List.of(
                Parity.best(),
                new Parity(new LongKernels()),
                new Parity(new VectorKernels()),
                new Parity(new VectorKernels(VectorKernels.LARGE_GROUP)));
    }

    static List<Parity> all() {
        return Stream.concat(Stream.of(Parity.scalar()), fast().stream()).toList();
    }
}
