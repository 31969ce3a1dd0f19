package dev.ashlar.raid.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.ashlar.block.DeviceException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SegmentParityTest {
    private static final int LENGTH = 64 << 10;
    private static final int COUNT = 4;

    private final SegmentParity parity = Parity.best().forSegments();

    @TempDir
    Path folder;

    private static MemorySegment[] blocks(Function<Integer, MemorySegment> maker) {
        return IntStream.range(0, COUNT).mapToObj(maker::apply).toArray(MemorySegment[]::new);
    }

    private static MemorySegment heap() {
        return MemorySegment.ofArray(new byte[LENGTH]);
    }

    /** A mapped file that somebody has cut off behind its first 8 KiB. */
    private MemorySegment truncated(Arena arena) throws IOException {
        try (FileChannel channel = FileChannel.open(folder.resolve("cut"), StandardOpenOption.CREATE,
                StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MemorySegment mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, LENGTH, arena);
            channel.truncate(8 << 10);
            return mapped;
        }
    }

    @ParameterizedTest
    @MethodSource("dev.ashlar.raid.parity.Implementations#all")
    void faultInAMappingIsATypedFailure(Parity each) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment cut = truncated(arena);
            MemorySegment[] blocks = blocks(e -> e == 2 ? cut : heap());
            SegmentParity segments = each.forSegments();
            assertThatThrownBy(() -> segments.generate(blocks, COUNT, heap(), heap(), LENGTH))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContaining("block 2: read failed")
                    .hasMessageContaining("offset=8192");
            assertThatThrownBy(() -> segments.generate(blocks(e -> heap()), COUNT, cut, null, LENGTH))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContaining("p: write failed");
            assertThatThrownBy(() -> segments.xor(cut, heap(), LENGTH))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContaining("source: read failed");
            segments.generate(blocks, COUNT, heap(), heap(), 8 << 10);
        }
    }

    @Test
    void misuseIsRefusedInWords() {
        MemorySegment[] blocks = blocks(e -> heap());
        MemorySegment small = MemorySegment.ofArray(new byte[100]);
        refused("count=5", () -> parity.generate(blocks, 5, heap(), heap(), LENGTH));
        refused("lengthBytes=-1", () -> parity.generate(blocks, COUNT, heap(), heap(), -1));
        refused("p.byteSize=100", () -> parity.generate(blocks, COUNT, small, heap(), 101));
        refused("block 1.byteSize=100",
                () -> parity.check(blocks(e -> e == 1 ? small : heap()), COUNT, heap(), null, 101));
        refused("q is a read-only", () -> parity.generate(blocks, COUNT, heap(), heap().asReadOnly(), 1));
        refused("missing=4", () -> parity.recover(blocks, COUNT, heap(), heap(), 4, Parity.NONE, 0));
        refused("p=0", () -> parity.recover(blocks, COUNT, null, heap(), 3, Parity.NONE, 64));
        refused("exponent=32", () -> parity.update(heap(), heap(), 32, heap(), heap(), 1));
        refused("factor=256", () -> parity.multiplyAdd(256, heap(), heap(), 1));
        refused("target=null", () -> parity.xor(heap(), null, 1));
    }

    @Test
    void memoryThatIsNotOursToUseIsRefused() {
        Arena closed = Arena.ofConfined();
        MemorySegment gone = closed.allocate(LENGTH);
        closed.close();
        refused("arena of source is closed", () -> parity.xor(gone, heap(), LENGTH));
        MemorySegment foreign = CompletableFuture.supplyAsync(() -> Arena.ofConfined().allocate(LENGTH)).join();
        refused("source belongs to another thread", () -> parity.xor(foreign, heap(), LENGTH));
    }

    private static void refused(String why, ThrowingCallable what) {
        assertThatThrownBy(what).isInstanceOf(RuntimeException.class).hasMessageContaining(why);
    }

    /** Native, heap and read-only sources; the pool is warm after the first calls. */
    @Test
    void callsAllocateNothing() throws IOException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment[] blocks = blocks(e -> e % 2 == 0 ? heap().asReadOnly() : arena.allocate(LENGTH));
            MemorySegment p = arena.allocate(LENGTH);
            MemorySegment q = heap();
            long[] allocated = new long[40];
            for (int i = 0; i < allocated.length; i++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int call = 0; call < 300; call++) {
                    parity.generate(blocks, COUNT, p, q, 4096 + 40);
                    parity.recover(blocks, COUNT, p, q, Parity.P, Parity.Q, 4096);
                }
                allocated[i] = threads.getCurrentThreadAllocatedBytes() - before;
            }
            assertThat(Arrays.stream(allocated).min().getAsLong()).isLessThan(300 * 8);
        }
    }
}
