package dev.ashlar.raid.parity;

import java.util.List;
import java.util.stream.Stream;

/** What the tests run: the reference, and everything that can be had here and must equal it. */
final class Implementations {
    private static final List<Parity> FAST = Stream.of(ParityImplementation.values())
            .filter(implementation -> implementation != ParityImplementation.SCALAR)
            .map(Candidate::of)
            .filter(Candidate::available)
            .flatMap(Implementations::both)
            .toList();

    private Implementations() {}

    /** Vector kernels come twice, so that short blocks meet the code for long ones. */
    private static Stream<Parity> both(Candidate candidate) {
        return candidate.kernels() == candidate.inTest()
                ? Stream.of(new Parity(candidate.kernels()))
                : Stream.of(new Parity(candidate.kernels()), new Parity(candidate.inTest()));
    }

    /** All but the reference. */
    static List<Parity> fast() {
        return Stream.concat(Stream.of(Parity.best()), FAST.stream()).toList();
    }

    static List<Parity> all() {
        return Stream.concat(Stream.of(Parity.scalar()), fast().stream()).toList();
    }
}
