package dev.ashlar.raid.parity;

import java.util.Arrays;
import java.util.Random;

/** Compares the kernels that this JVM chooses with the reference; for a child of {@link ParityProcessTest}. */
final class ParityProcessMain {
    private ParityProcessMain() {}

    public static void main(String[] arguments) {
        compare(Parity.best());
        if (Candidate.hasVectorModule()) {
            Parity vector = Parity.of(Candidate.preferredVector());
            System.out.println(vector);
            compare(vector);
        }
        System.out.println("all equal");
    }

    private static void compare(Parity parity) {
        Random random = new Random(42);
        for (int i = 0; i < 150; i++) {
            int count = 2 + random.nextInt(14);
            int length = random.nextInt(3) == 0 ? 4096 + random.nextInt(300) : random.nextInt(300);
            long gaps = random.nextInt(1 << count) & ~0b11;
            long seed = random.nextLong();
            if (!Arrays.equals(worked(parity, count, gaps, length, seed),
                    worked(Parity.scalar(), count, gaps, length, seed))) {
                throw new IllegalStateException("count=" + count + " gaps=" + gaps + " length=" + length + " differ");
            }
        }
    }

    private static byte[] worked(Parity parity, int count, long gaps, int length, long seed) {
        try (TestStripe stripe = new TestStripe(count, gaps, length, seed)) {
            parity.generate(stripe.blocks, count, stripe.p, stripe.q, length);
            parity.update(stripe.blocks[1], stripe.other, 1, stripe.p, stripe.q, length);
            parity.recover(stripe.blocks, count, stripe.p, stripe.q, 0, 1, length);
            parity.recover(stripe.blocks, count, stripe.p, stripe.q, Parity.P, 1, length);
            if (parity.check(stripe.blocks, count, stripe.p, stripe.q, length) != 0) {
                throw new IllegalStateException(parity + " finds its own parity wrong");
            }
            return stripe.content();
        }
    }
}
