package dev.ashlar.raid.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ParityTest {
    static List<Parity> implementations() {
        return Implementations.all();
    }

    /** Worked by hand: g = 2, g^2 = 4, g^3 = 8; 0x80 doubled is 0x1d, 0x81 * 4 is 0x3a + 0x04. */
    @ParameterizedTest
    @MethodSource("implementations")
    void parityOfKnownBytes(Parity parity) {
        try (TestStripe stripe = new TestStripe(4, 0, 3, 1)) {
            stripe.set(stripe.blocks[0], 0x01, 0xff, 0x00);
            stripe.set(stripe.blocks[1], 0x80, 0xff, 0x00);
            stripe.set(stripe.blocks[2], 0x81, 0x00, 0x01);
            stripe.set(stripe.blocks[3], 0x00, 0x00, 0x20);
            parity.generate(stripe.blocks, 4, stripe.p, stripe.q, 3);
            assertThat(stripe.content(stripe.p)).isEqualTo(new byte[] {0x00, 0x00, 0x21});
            assertThat(stripe.content(stripe.q)).isEqualTo(
                    new byte[] {0x01 ^ 0x1d ^ 0x3e, (byte) (0xff ^ 0xe3), 0x04 ^ 0x1d});
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void gapKeepsTheExponentsAboveIt(Parity parity) {
        try (TestStripe stripe = new TestStripe(4, 0b0101, 2, 1)) {
            stripe.set(stripe.blocks[1], 0x01, 0x00);
            stripe.set(stripe.blocks[3], 0x00, 0x01);
            parity.generate(stripe.blocks, 4, stripe.p, stripe.q, 2);
            assertThat(stripe.content(stripe.p)).isEqualTo(new byte[] {1, 1});
            assertThat(stripe.content(stripe.q)).isEqualTo(new byte[] {2, 8});
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void updatesOfAllBlocksAmountToGenerating(Parity parity) {
        try (TestStripe stripe = new TestStripe(9, 0b100, 333, 5)) {
            parity.generate(stripe.blocks, 0, stripe.p, stripe.q, 333);
            stripe.set(stripe.other, new int[333]);
            for (int e = 0; e < 9; e++) {
                if (stripe.blocks[e] != 0) {
                    parity.update(stripe.other, stripe.blocks[e], e, stripe.p, stripe.q, 333);
                }
            }
            assertThat(Parity.scalar().check(stripe.blocks, 9, stripe.p, stripe.q, 333)).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void stripeWithoutBlocksHasZeroParity(Parity parity) {
        try (TestStripe stripe = new TestStripe(1, 1, 20_000, 5)) {
            parity.generate(stripe.blocks, 0, stripe.p, stripe.q, 20_000);
            assertThat(stripe.content(stripe.p)).containsOnly(0);
            assertThat(stripe.content(stripe.q)).containsOnly(0);
            parity.generate(stripe.blocks, 1, stripe.p, 0, 20_000);
            assertThat(parity.check(stripe.blocks, 1, stripe.p, stripe.q, 20_000)).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void lengthZeroTouchesNothing(Parity parity) {
        try (TestStripe stripe = new TestStripe(5, 0, 64, 5)) {
            byte[] before = stripe.content();
            parity.generate(stripe.blocks, 5, stripe.p, stripe.q, 0);
            parity.update(stripe.blocks[0], stripe.other, 1, stripe.p, stripe.q, 0);
            parity.recover(stripe.blocks, 5, stripe.p, stripe.q, 1, 3, 0);
            parity.recover(stripe.blocks, 5, stripe.p, stripe.q, 1, Parity.P, 0);
            parity.xor(stripe.p, stripe.q, 0);
            assertThat(parity.check(stripe.blocks, 5, stripe.p, stripe.q, 0)).isZero();
            assertThat(stripe.content()).isEqualTo(before);
        }
    }

    @Test
    void misuseIsRefusedBeforeAnythingIsTouched() {
        Parity parity = Parity.best();
        try (TestStripe stripe = new TestStripe(5, 0b10000, 64, 5)) {
            byte[] before = stripe.content();
            long[] blocks = stripe.blocks;
            long p = stripe.p;
            long q = stripe.q;
            refused("count=6", () -> parity.generate(blocks, 6, p, q, 64));
            refused("count=33", () -> parity.generate(new long[40], 33, p, q, 64));
            refused("count=-1", () -> parity.check(blocks, -1, p, q, 64));
            refused("lengthBytes=-1", () -> parity.generate(blocks, 5, p, q, -1));
            refused("lengthBytes=1073741825", () -> parity.check(blocks, 5, p, q, (1 << 30) + 1));
            refused("exponent=32", () -> parity.update(blocks[0], blocks[1], 32, p, q, 64));
            refused("newBlock=0", () -> parity.update(blocks[0], 0, 0, p, q, 64));
            refused("missing=5", () -> parity.recover(blocks, 5, p, q, 5, Parity.NONE, 64));
            refused("missing=-4", () -> parity.recover(blocks, 5, p, q, Parity.NONE, -4, 64));
            refused("missing=4", () -> parity.recover(blocks, 5, p, q, 4, Parity.NONE, 64));
            refused("missing1=2", () -> parity.recover(blocks, 5, p, q, 2, 2, 64));
            refused("q=0", () -> parity.recover(blocks, 5, p, 0, 0, 1, 64));
            refused("q=0", () -> parity.recover(blocks, 5, p, 0, 0, Parity.P, 64));
            refused("p=0", () -> parity.recover(blocks, 5, 0, q, 0, Parity.NONE, 64));
            refused("source=0", () -> parity.xor(0, p, 64));
            assertThat(stripe.content()).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void callsAllocateNothing(Parity parity) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        // Until the compiler has come to them, vectors are objects.
        try (TestStripe stripe = new TestStripe(6, 0, 1024, 5)) {
            for (int round = 0; round < 20_000 && least > 0; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int call = 0; call < 20; call++) {
                    parity.generate(stripe.blocks, 6, stripe.p, stripe.q, 1024);
                    parity.check(stripe.blocks, 6, stripe.p, stripe.q, 1024);
                    parity.update(stripe.other, stripe.blocks[2], 2, stripe.p, stripe.q, 1024);
                    parity.recover(stripe.blocks, 6, stripe.p, stripe.q, 1, 3, 1024);
                    parity.multiplyAdd(7, stripe.other, stripe.p, 1024);
                }
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
        }
        assertThat(least).isZero();
    }

    private static void refused(String why, ThrowingCallable what) {
        assertThatThrownBy(what).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(why);
    }

    @Test
    void selfTestNoticesKernelsThatAreWrong() {
        assertThat(SelfTest.run(new LongKernels()).passed()).isTrue();
        assertThat(SelfTest.run(new WrongKernels()).toString()).contains("failed: GENERATE");
    }

    /** Right but for Q's coefficients, which count from 1. */
    private static final class WrongKernels extends ForwardingKernels {
        @Override
        public void generate(long[] blocks, int count, long p, long q, int lengthBytes) {
            super.generate(blocks, count, p, 0, lengthBytes);
            if (q != 0) {
                long[] shifted = new long[count + 1];
                System.arraycopy(blocks, 0, shifted, 1, count);
                super.generate(shifted, count + 1, 0, q, lengthBytes);
            }
        }
    }
}
