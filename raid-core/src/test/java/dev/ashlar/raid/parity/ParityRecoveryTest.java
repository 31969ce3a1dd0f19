package dev.ashlar.raid.parity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever one or two blocks are lost, they come back as they were; every pair, every count, every implementation. */
class ParityRecoveryTest {
    private static final int LENGTH = 137;
    private static final long SEED = 20;

    static List<Parity> implementations() {
        return Implementations.all();
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void anyTwoLostBlocksComeBack(Parity parity) {
        for (int count = 1; count <= 16; count++) {
            losePairs(parity, new TestStripe(count, 0, LENGTH, SEED));
        }
        losePairs(parity, new TestStripe(32, 0, LENGTH, SEED));
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void blocksComeBackFromStripesWithGaps(Parity parity) {
        for (long gaps = 1; gaps < 64; gaps++) {
            losePairs(parity, new TestStripe(7, gaps, LENGTH, SEED));
        }
    }

    private static void losePairs(Parity parity, TestStripe stripe) {
        try (stripe) {
            Parity.scalar().generate(stripe.blocks, stripe.count, stripe.p, stripe.q, LENGTH);
            byte[] before = stripe.content();
            for (int missing1 = Parity.Q; missing1 < stripe.count; missing1++) {
                for (int missing2 = Parity.Q; missing2 < stripe.count; missing2++) {
                    if (missing1 == missing2 || address(stripe, missing1) == 0 || address(stripe, missing2) == 0) {
                        continue;
                    }
                    stripe.spoil(address(stripe, missing1));
                    stripe.spoil(address(stripe, missing2));
                    parity.recover(stripe.blocks, stripe.count, stripe.p, stripe.q, missing1, missing2, LENGTH);
                    stripe.spoil(stripe.other);
                    assertThat(withoutOther(stripe, before)).as("missing %d and %d of %d", missing1, missing2,
                            stripe.count).isEqualTo(stripe.content());
                }
            }
        }
    }

    /** The content before, but for the spare block, which stands in for "none" and is spoiled each time. */
    private static byte[] withoutOther(TestStripe stripe, byte[] before) {
        byte[] now = stripe.content();
        byte[] expected = before.clone();
        int at = stripe.offsetOf(stripe.other);
        System.arraycopy(now, at, expected, at, LENGTH);
        return expected;
    }

    private static long address(TestStripe stripe, int missing) {
        return switch (missing) {
            case Parity.P -> stripe.p;
            case Parity.Q -> stripe.q;
            case Parity.NONE -> stripe.other;
            default -> stripe.blocks[missing];
        };
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void singleParityBringsBackOneBlockOrItself(Parity parity) {
        for (int count = 1; count <= 9; count++) {
            try (TestStripe stripe = new TestStripe(count, 0, LENGTH, SEED)) {
                Parity.scalar().generate(stripe.blocks, count, stripe.p, 0, LENGTH);
                byte[] before = stripe.content();
                for (int missing : new int[] {0, count - 1, Parity.P, Parity.NONE}) {
                    if (missing != Parity.NONE) {
                        stripe.spoil(address(stripe, missing));
                    }
                    parity.recover(stripe.blocks, count, stripe.p, 0, Parity.NONE, missing, LENGTH);
                    assertThat(stripe.content()).as("missing %d of %d", missing, count).isEqualTo(before);
                }
            }
        }
    }
}
