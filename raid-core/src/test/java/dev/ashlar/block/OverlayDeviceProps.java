package dev.ashlar.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** A view over random content against an array of bytes. */
class OverlayDeviceProps {
    private static final int BLOCK = OverlayDevice.BLOCK_BYTES;
    /** Ends within a block. */
    private static final int SIZE = 9 * BLOCK + 77;

    private enum Kind { WRITE, ZERO, UNMAP, TRIM }

    private record Operation(Kind kind, int offset, int length, int value) {}

    /** Offsets and ends near the borders of blocks, as a rule. */
    private static Arbitrary<Integer> position() {
        Arbitrary<Integer> near = Combinators.combine(
                Arbitraries.integers().between(0, 9), Arbitraries.integers().between(-2, 2))
                .as((block, off) -> Math.clamp(block * BLOCK + off, 0, SIZE));
        return Arbitraries.oneOf(near, Arbitraries.integers().between(0, SIZE));
    }

    @Provide
    Arbitrary<List<Operation>> operations() {
        Arbitrary<Operation> one = Combinators.combine(
                Arbitraries.of(Kind.values()), position(), position(), Arbitraries.integers().between(1, 127))
                .as((kind, from, to, value) ->
                        new Operation(kind, Math.min(from, to), Math.abs(to - from), value));
        return one.list().ofMaxSize(30);
    }

    @Property(tries = 200)
    void viewIsWhatAnArrayOfBytesIs(@ForAll("operations") List<Operation> operations, @ForAll long seed)
            throws IOException {
        byte[] model = new byte[SIZE];
        new Random(seed).nextBytes(model);
        byte[] original = model.clone();
        Path directory = Files.createTempDirectory("overlay-props");
        try (MemoryDevice below = new MemoryDevice(SIZE); OverlayDevice view = OverlayDevice.open(below, directory)) {
            below.write(0, MemorySegment.ofArray(model), 0, SIZE, false);
            for (Operation operation : operations) {
                apply(view, model, operation);
                assertThat(content(view)).isEqualTo(model);
            }
            checkExtents(view, model);
            assertThat(content(below)).isEqualTo(original);
        } finally {
            Files.delete(directory);
        }
    }

    private static void apply(OverlayDevice view, byte[] model, Operation operation) throws IOException {
        int offset = operation.offset;
        int length = operation.length;
        switch (operation.kind) {
            case WRITE -> {
                byte[] bytes = new byte[length];
                Arrays.fill(bytes, (byte) operation.value);
                view.write(offset, MemorySegment.ofArray(bytes), 0, length, operation.value % 2 == 0);
                System.arraycopy(bytes, 0, model, offset, length);
            }
            case ZERO, UNMAP -> {
                view.writeZeroes(offset, length, operation.kind == Kind.UNMAP, false);
                Arrays.fill(model, offset, offset + length, (byte) 0);
            }
            case TRIM -> {
                view.trim(offset, length, false);
                byte[] now = content(view);
                for (int at = offset; at < offset + length; at++) {
                    assertThat(now[at] == 0 || now[at] == model[at]).as("byte %d", at).isTrue();
                    model[at] = now[at];
                }
            }
        }
    }

    private static byte[] content(BlockDevice device) throws IOException {
        byte[] bytes = new byte[SIZE];
        device.read(0, MemorySegment.ofArray(bytes), 0, SIZE);
        return bytes;
    }

    private static void checkExtents(OverlayDevice view, byte[] model) throws IOException {
        int[] at = {0};
        view.extents(0, SIZE, (length, flags) -> {
            for (int i = 0; (flags & ExtentVisitor.ZERO) != 0 && i < length; i++) {
                assertThat(model[at[0] + i]).as("a zero at %d", at[0] + i).isZero();
            }
            at[0] += (int) length;
            return true;
        });
        assertThat(at[0]).isEqualTo(SIZE);
    }
}
