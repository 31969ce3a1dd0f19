package dev.ashlar.raid.parity;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;

/**
 * Compares kernels with the reference on a small set of seeded random stripes, before they touch anybody's data. Covers
 * every operation, gaps, tails and odd alignment, but is no replacement for the test suite: it must end in tens of
 * milliseconds in a JVM that has compiled nothing yet.
 *
 * <p>Both work on equal copies of one random area, and the whole areas must be equal afterwards, so that a write to a
 * wrong place is noticed too.
 */
final class SelfTest {
    /** From 2 blocks up: enough to meet a group of every size, and every size after the largest. */
    private static final int CASES = 15;
    private static final int BLOCKS = CASES + 1;
    private static final int STRIDE_BYTES = 256;
    private static final int MAX_LENGTH = 2 * 64 + 15;
    private static final int AREA_BYTES = (BLOCKS + 3) * STRIDE_BYTES;
    /** Far more than any kernels need, also on a busy machine. */
    private static final long LIMIT_NANOS = 5_000_000_000L;

    private final Kernels candidate;
    private final Random random = new Random(0xa51a);
    private final MemorySegment ours;
    private final MemorySegment theirs;

    /**
     * The outcome.
     *
     * @param failure what went wrong, or null
     * @param nanos time taken
     */
    record Result(String failure, long nanos) {
        boolean passed() {
            return failure == null;
        }

        @Override
        public String toString() {
            return "self-test " + (passed() ? "passed" : "failed: " + failure) + " in " + nanos / 1_000_000 + " ms";
        }
    }

    private enum Operation {
        GENERATE, GENERATE_P, GENERATE_Q, CHECK, CHECK_P, CHECK_Q, UPDATE, UPDATE_P, UPDATE_Q, FROM_P, FROM_Q,
        FROM_Q_WITHOUT_P, PAIR, XOR, MULTIPLY_ADD
    }

    /** A stripe in one of the areas. */
    private record Stripe(long[] blocks, long p, long q, long other) {}

    /** What is the same for both: x and y exist and {@code x < y}. */
    private record Shape(int count, int lengthBytes, int x, int y) {}

    private SelfTest(Kernels candidate, Arena arena) {
        this.candidate = candidate;
        ours = arena.allocate(AREA_BYTES, 64);
        theirs = arena.allocate(AREA_BYTES, 64);
    }

    /** Tests kernels; never throws for what they do. */
    static Result run(Kernels candidate) {
        long start = System.nanoTime();
        String failure = null;
        try (Arena arena = Arena.ofConfined()) {
            SelfTest test = new SelfTest(candidate, arena);
            for (int i = 0; i < CASES && failure == null; i++) {
                failure = System.nanoTime() - start > LIMIT_NANOS ? "too slow" : test.failureWith(2 + i);
            }
        } catch (RuntimeException | LinkageError e) {
            failure = e.toString();
        }
        return new Result(failure, System.nanoTime() - start);
    }

    private String failureWith(int count) {
        for (int at = 0; at < AREA_BYTES; at += Long.BYTES) {
            ours.set(ValueLayout.JAVA_LONG, at, random.nextLong());
        }
        theirs.copyFrom(ours);
        int y = 1 + random.nextInt(count - 1);
        // Some implementations have code of their own for whole, aligned stripes.
        boolean even = count % 3 == 0;
        int length = even ? 64 * (1 + random.nextInt(2)) : random.nextInt(MAX_LENGTH + 1);
        Shape shape = new Shape(count, length, random.nextInt(y), y);
        boolean[] absent = new boolean[count];
        for (int e = 0; e < count; e++) {
            absent[e] = !even && e != shape.x && e != y && random.nextInt(6) == 0;
        }
        int shift = even ? 0 : random.nextInt(STRIDE_BYTES - MAX_LENGTH);
        Stripe mine = stripe(ours.address() + shift, absent);
        Stripe reference = stripe(theirs.address() + shift, absent);
        for (Operation operation : Operation.values()) {
            int result = apply(candidate, operation, mine, shape);
            int expected = apply(ScalarKernels.INSTANCE, operation, reference, shape);
            if (result != expected || ours.mismatch(theirs) >= 0) {
                return operation + " of " + shape;
            }
        }
        return null;
    }

    private static Stripe stripe(long base, boolean[] absent) {
        long[] blocks = new long[absent.length];
        for (int e = 0; e < blocks.length; e++) {
            blocks[e] = absent[e] ? 0 : base + (long) e * STRIDE_BYTES;
        }
        long after = base + (long) BLOCKS * STRIDE_BYTES;
        return new Stripe(blocks, after, after + STRIDE_BYTES, after + 2 * STRIDE_BYTES);
    }

    private static int apply(Kernels kernels, Operation operation, Stripe stripe, Shape shape) {
        long[] blocks = stripe.blocks;
        long p = stripe.p;
        long q = stripe.q;
        int count = shape.count;
        int length = shape.lengthBytes;
        int x = shape.x;
        switch (operation) {
            case GENERATE -> kernels.generate(blocks, count, p, q, length);
            case GENERATE_P -> kernels.generate(blocks, count, p, 0, length);
            case GENERATE_Q -> kernels.generate(blocks, count, 0, q, length);
            case UPDATE -> kernels.update(blocks[x], stripe.other, x, p, q, length);
            case UPDATE_P -> kernels.update(blocks[x], stripe.other, x, p, 0, length);
            case UPDATE_Q -> kernels.update(blocks[x], stripe.other, x, 0, q, length);
            case FROM_P -> kernels.recoverFromP(blocks, count, p, x, length);
            case FROM_Q -> kernels.recoverFromQ(blocks, count, p, q, x, length);
            case FROM_Q_WITHOUT_P -> kernels.recoverFromQ(blocks, count, 0, q, shape.y, length);
            case PAIR -> kernels.recoverPair(blocks, count, p, q, x, shape.y, length);
            case XOR -> kernels.xor(blocks[x], blocks[shape.y], length);
            case MULTIPLY_ADD -> kernels.multiplyAdd(0x53 * shape.y & 0xff, blocks[x], blocks[shape.y], length);
            case CHECK, CHECK_P, CHECK_Q -> {
                return kernels.check(blocks, count, operation == Operation.CHECK_Q ? 0 : p,
                        operation == Operation.CHECK_P ? 0 : q, length);
            }
        }
        return 0;
    }
}
