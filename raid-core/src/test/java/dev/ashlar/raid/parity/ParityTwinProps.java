package dev.ashlar.raid.parity;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;

/** Every fast implementation leaves memory byte for byte as the reference does, also around what it may write. */
class ParityTwinProps {
    record Case(int count, long gaps, int lengthBytes, long seed) {
        TestStripe stripe() {
            return new TestStripe(count, gaps, lengthBytes, seed);
        }

        boolean exists(int e) {
            return (gaps & 1L << e) == 0;
        }
    }

    @FunctionalInterface
    interface Operation {
        int run(Parity parity, TestStripe stripe);
    }

    private static void sameAsReference(Case shape, Operation operation) {
        try (TestStripe expected = shape.stripe()) {
            int expectedResult = operation.run(Parity.scalar(), expected);
            byte[] expectedContent = expected.content();
            for (Parity fast : Implementations.fast()) {
                try (TestStripe stripe = shape.stripe()) {
                    assertThat(operation.run(fast, stripe)).as("%s", fast).isEqualTo(expectedResult);
                    assertThat(stripe.content()).as("%s", fast).isEqualTo(expectedContent);
                }
            }
        }
    }

    @Property(tries = 300)
    void generateEqualsTheReference(@ForAll("cases") Case shape, @ForAll @IntRange(min = 1, max = 3) int wanted) {
        sameAsReference(shape, (parity, stripe) -> {
            parity.generate(stripe.blocks, stripe.count, (wanted & 1) != 0 ? stripe.p : 0,
                    (wanted & 2) != 0 ? stripe.q : 0, stripe.lengthBytes);
            return 0;
        });
    }

    @Property(tries = 300)
    void checkEqualsTheReference(
            @ForAll("cases") Case shape, @ForAll @IntRange(min = 1, max = 3) int wanted,
            @ForAll @IntRange(min = 0, max = 3) int spoiled, @ForAll @IntRange(min = 0) int anyByte) {
        sameAsReference(shape, (parity, stripe) -> {
            Parity.scalar().generate(stripe.blocks, stripe.count, stripe.p, stripe.q, stripe.lengthBytes);
            for (int parityBlock = 1; stripe.lengthBytes > 0 && parityBlock <= 2; parityBlock++) {
                if ((spoiled & parityBlock) != 0) {
                    stripe.flip(parityBlock == 1 ? stripe.p : stripe.q, anyByte % stripe.lengthBytes);
                }
            }
            int wrong = parity.check(stripe.blocks, stripe.count, (wanted & 1) != 0 ? stripe.p : 0,
                    (wanted & 2) != 0 ? stripe.q : 0, stripe.lengthBytes);
            assertThat(wrong).isEqualTo(stripe.lengthBytes == 0 ? 0 : spoiled & wanted);
            return wrong;
        });
    }

    @Property(tries = 300)
    void updateEqualsTheReference(
            @ForAll("cases") Case shape, @ForAll @IntRange(min = 1, max = 3) int wanted,
            @ForAll @IntRange(min = 0, max = 31) int exponent) {
        sameAsReference(shape, (parity, stripe) -> {
            parity.update(stripe.blocks[first(shape)], stripe.other, exponent, (wanted & 1) != 0 ? stripe.p : 0,
                    (wanted & 2) != 0 ? stripe.q : 0, stripe.lengthBytes);
            return 0;
        });
    }

    @Property(tries = 600)
    void recoverEqualsTheReference(
            @ForAll("cases") Case shape, @ForAll @IntRange(min = -3, max = 31) int anyMissing1,
            @ForAll @IntRange(min = -3, max = 31) int anyMissing2, @ForAll boolean spareP) {
        int missing1 = missing(shape, anyMissing1);
        int missing2 = missing(shape, anyMissing2);
        if (missing1 == missing2) {
            return;
        }
        boolean pMayBeZero = spareP && (missing1 == Parity.P || missing2 == Parity.P);
        sameAsReference(shape, (parity, stripe) -> {
            parity.recover(stripe.blocks, stripe.count, pMayBeZero ? 0 : stripe.p, stripe.q, missing1, missing2,
                    stripe.lengthBytes);
            return 0;
        });
    }

    @Property(tries = 100)
    void xorEqualsTheReference(@ForAll("cases") Case shape) {
        sameAsReference(shape, (parity, stripe) -> {
            parity.xor(stripe.other, stripe.p, stripe.lengthBytes);
            return 0;
        });
    }

    @Property(tries = 150)
    void multiplyAddEqualsTheReference(
            @ForAll("cases") Case shape, @ForAll @IntRange(min = 0, max = 255) int factor) {
        sameAsReference(shape, (parity, stripe) -> {
            parity.multiplyAdd(factor, stripe.other, stripe.p, stripe.lengthBytes);
            return 0;
        });
    }

    /** P, Q, none, or a block that exists. */
    private static int missing(Case shape, int any) {
        return any < 0 || any < shape.count && shape.exists(any) ? any : first(shape);
    }

    private static int first(Case shape) {
        return Long.numberOfTrailingZeros(~shape.gaps);
    }

    @Provide
    Arbitrary<Case> cases() {
        Arbitrary<Integer> lengths = Arbitraries.frequencyOf(
                Tuple.of(6, Arbitraries.integers().between(0, 300)),
                Tuple.of(3, Arbitraries.of(64, 128, 320, 512, 4096, 4097, 4160, 8192)),
                Tuple.of(1, Arbitraries.of(16384, 16384 + 4096 + 77, 131072)));
        Arbitrary<Long> gaps = Arbitraries.oneOf(
                Arbitraries.just(0L), Arbitraries.integers().between(0, 31).map(e -> 1L << e), Arbitraries.longs());
        return Combinators.combine(Arbitraries.integers().between(1, 32), gaps, lengths, Arbitraries.longs())
                .as((count, gap, length, seed) -> new Case(count, gap & (1L << count) - 1, length, seed))
                .filter(shape -> first(shape) < shape.count);
    }
}
