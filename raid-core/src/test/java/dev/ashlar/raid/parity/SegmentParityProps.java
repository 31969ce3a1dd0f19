package dev.ashlar.raid.parity;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * Segments of all kinds, mixed, at any alignment and length, come out as the reference computes them on native memory,
 * and nothing around them changes.
 */
class SegmentParityProps {
    private static final int GUARD_BYTES = 70;

    /** A stripe of the reference, and the same content in segments of random kinds. */
    private static final class Mixed implements AutoCloseable {
        final TestStripe stripe;
        final MemorySegment[] blocks;
        final MemorySegment p;
        final MemorySegment q;
        final MemorySegment other;
        private final Arena arena = Arena.ofConfined();
        private final Random random;
        private final Path file;

        Mixed(int count, int lengthBytes, long seed) throws IOException {
            stripe = new TestStripe(count, seed & 0b10100, lengthBytes, seed);
            random = new Random(seed);
            file = Files.createTempFile("segments", ".bin");
            blocks = new MemorySegment[count];
            for (int e = 0; e < count; e++) {
                blocks[e] = stripe.blocks[e] == 0 ? null : copyOf(stripe.blocks[e]);
            }
            p = copyOf(stripe.p);
            q = copyOf(stripe.q);
            other = copyOf(stripe.other);
        }

        private MemorySegment copyOf(long address) throws IOException {
            int length = stripe.lengthBytes;
            int from = random.nextInt(GUARD_BYTES);
            MemorySegment whole = switch (random.nextInt(4)) {
                case 0 -> MemorySegment.ofArray(new byte[length + 2 * GUARD_BYTES]);
                case 1 -> MemorySegment.ofArray(new long[length / 8 + 2 * GUARD_BYTES]);
                case 2 -> mapped(length + 2 * GUARD_BYTES);
                default -> arena.allocate(length + 2 * GUARD_BYTES);
            };
            whole.fill((byte) 0x77);
            MemorySegment segment = whole.asSlice(from, length);
            segment.copyFrom(MemorySegment.ofArray(stripe.content(address)));
            return segment;
        }

        private MemorySegment mapped(int bytes) throws IOException {
            try (FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                long at = channel.size();
                return channel.map(FileChannel.MapMode.READ_WRITE, at, bytes, arena);
            }
        }

        void assertSame() {
            for (int e = 0; e < blocks.length; e++) {
                if (blocks[e] != null) {
                    assertSame(blocks[e], stripe.blocks[e]);
                }
            }
            assertSame(p, stripe.p);
            assertSame(q, stripe.q);
            assertSame(other, stripe.other);
        }

        private void assertSame(MemorySegment segment, long address) {
            assertThat(segment.mismatch(MemorySegment.ofArray(stripe.content(address)))).isEqualTo(-1);
        }

        @Override
        public void close() throws IOException {
            stripe.close();
            arena.close();
            Files.delete(file);
        }
    }

    @Property(tries = 150)
    void everyOperationEqualsTheReference(@ForAll @IntRange(min = 2, max = 9) int count, @ForAll long seed)
            throws IOException {
        Random random = new Random(seed);
        int length = random.nextBoolean() ? random.nextInt(300) : 4096 * random.nextInt(4) + random.nextInt(200);
        SegmentParity segments = Parity.of(ParityImplementation.JAVA).forSegments();
        Parity reference = Parity.scalar();
        try (Mixed mixed = new Mixed(count, length, seed)) {
            TestStripe stripe = mixed.stripe;
            segments.generate(mixed.blocks, count, mixed.p, mixed.q, length);
            reference.generate(stripe.blocks, count, stripe.p, stripe.q, length);
            mixed.assertSame();
            assertThat(segments.check(mixed.blocks, count, mixed.p, mixed.q, length)).isZero();

            segments.update(mixed.other, mixed.blocks[1], 1, mixed.p, mixed.q, length);
            reference.update(stripe.other, stripe.blocks[1], 1, stripe.p, stripe.q, length);
            mixed.assertSame();
            int wrong = reference.check(stripe.blocks, count, stripe.p, stripe.q, length);
            assertThat(segments.check(mixed.blocks, count, mixed.p, mixed.q, length)).isEqualTo(wrong);
            assertThat(segments.check(mixed.blocks, count, mixed.p, null, length)).isEqualTo(wrong & Parity.P_WRONG);

            for (int[] missing : new int[][] {
                    {0, 1}, {0, Parity.P}, {Parity.Q, 1}, {Parity.NONE, 0}, {Parity.P, Parity.Q}}) {
                segments.recover(mixed.blocks, count, mixed.p, mixed.q, missing[0], missing[1], length);
                reference.recover(stripe.blocks, count, stripe.p, stripe.q, missing[0], missing[1], length);
                mixed.assertSame();
            }

            segments.xor(mixed.other, mixed.p, length);
            reference.xor(stripe.other, stripe.p, length);
            segments.multiplyAdd(0x8e, mixed.other, mixed.q, length);
            reference.multiplyAdd(0x8e, stripe.other, stripe.q, length);
            mixed.assertSame();
        }
    }
}
