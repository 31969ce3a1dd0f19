package dev.ashlar.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.block.DeviceException;
import dev.ashlar.block.ExtentVisitor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every {@link BlockDevice} promises. A subclass names an implementation by its factory and inherits the tests.
 */
public abstract class BlockDeviceContract {
    /** Odd on purpose: neither a page nor a sector divides it. */
    private static final int WANTED_SIZE = 1_300_007;

    @TempDir
    protected Path directory;

    private BlockDevice device;
    private int size;

    /** A new writable device of zeroes, of {@code sizeBytes} or the nearest size it can have, at least 1 MiB. */
    protected abstract BlockDevice create(long sizeBytes) throws IOException;

    /** The device that the running test was given. */
    protected final BlockDevice device() {
        return device;
    }

    @BeforeEach
    void createDevice() throws IOException {
        device = create(WANTED_SIZE);
        size = Math.toIntExact(device.sizeBytes());
    }

    @AfterEach
    void closeDevice() throws IOException {
        if (device != null) {
            device.close();
        }
    }

    @Test
    void newDeviceReadsAsZeroes() throws IOException {
        assertThat(size).isGreaterThanOrEqualTo(1 << 20);
        assertThat(device.readOnly()).isFalse();
        assertThat(device.optimalIoBytes()).isGreaterThanOrEqualTo(512);
        assertThat(read(0, size)).isEqualTo(new byte[size]);
    }

    @Test
    void randomOperationsMatchAByteArray() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] model = new byte[size];
        for (int step = 0; step < 400; step++) {
            int length = 1 + random.nextInt(random.nextInt(4) == 0 ? 600_000 : 9_000);
            int offset = random.nextInt(size - length + 1);
            if (random.nextInt(8) == 0) {
                offset = size - length;
            }
            apply(random, model, offset, length);
            if (step % 8 == 0) {
                checkExtents(random, model, "seed=" + seed + " step=" + step);
            }
            device.prefetch(offset, length);
            int from = Math.max(0, offset - 5000);
            int to = Math.min(size, offset + length + 5000);
            byte[] expected = Arrays.copyOfRange(model, from, to);
            assertThat(read(from, to - from)).as("seed=%d step=%d", seed, step).isEqualTo(expected);
            assertThat(readBeforeWrite(from, to - from)).as("seed=%d step=%d", seed, step).isEqualTo(expected);
        }
        assertThat(read(0, size)).as("seed=%d", seed).isEqualTo(model);
    }

    /** Extents cover the range without gaps, what is called zero is zero, and a visitor that has enough is asked no more. */
    private void checkExtents(Random random, byte[] model, String where) throws IOException {
        int length = 1 + random.nextInt(size);
        int offset = random.nextInt(size - length + 1);
        long[] seen = {offset, 0};
        device.extents(offset, length, (lengthBytes, flags) -> {
            assertThat(lengthBytes).as(where).isPositive();
            long end = seen[0] + lengthBytes;
            assertThat(end).as(where).isLessThanOrEqualTo(offset + (long) length);
            if ((flags & ExtentVisitor.ZERO) != 0) {
                assertThat(Arrays.copyOfRange(model, (int) seen[0], (int) end)).as(where).containsOnly(0);
            }
            seen[0] = end;
            seen[1]++;
            return true;
        });
        assertThat(seen[0]).as(where).isEqualTo(offset + (long) length);
        long wanted = 1 + random.nextLong(seen[1]);
        long[] calls = {0};
        device.extents(offset, length, (_, _) -> ++calls[0] < wanted);
        assertThat(calls[0]).as(where).isEqualTo(wanted);
    }

    private void apply(Random random, byte[] model, int offset, int length) throws IOException {
        boolean fua = random.nextInt(16) == 0;
        switch (random.nextInt(4)) {
            case 0 -> {
                device.writeZeroes(offset, length, random.nextBoolean(), fua);
                Arrays.fill(model, offset, offset + length, (byte) 0);
            }
            case 1 -> {
                // A trim may do nothing, so what it did is asked for.
                device.trim(offset, length, fua);
                System.arraycopy(read(offset, length), 0, model, offset, length);
            }
            default -> {
                byte[] data = new byte[length];
                random.nextBytes(data);
                device.write(offset, MemorySegment.ofArray(data), 0, length, fua);
                System.arraycopy(data, 0, model, offset, length);
            }
        }
    }

    @Test
    void trimmedRangeReadsAsBeforeOrAsZeroes() throws IOException {
        byte[] data = new byte[20_000];
        new Random(1).nextBytes(data);
        device.write(300, MemorySegment.ofArray(data), 0, data.length, false);
        device.trim(300, data.length, false);
        assertThat(read(300, data.length)).isIn(data, new byte[data.length]);
    }

    @Test
    void rangesOutsideTheDeviceAreRefused() {
        MemorySegment buffer = MemorySegment.ofArray(new byte[10]);
        long[][] ranges = {{-1, 1}, {0, -1}, {size, 1}, {size - 9, 10}, {size + 1L, 0}, {Long.MAX_VALUE, 5},
            {Long.MAX_VALUE, Long.MAX_VALUE}, {Long.MIN_VALUE, 1}};
        for (long[] range : ranges) {
            assertMisuse(() -> device.read(range[0], buffer, 0, range[1]));
            assertMisuse(() -> device.readBeforeWrite(range[0], buffer, 0, range[1]));
            assertMisuse(() -> device.write(range[0], buffer, 0, range[1], false));
            assertMisuse(() -> device.trim(range[0], range[1], false));
            assertMisuse(() -> device.writeZeroes(range[0], range[1], true, false));
            assertMisuse(() -> device.evictCached(range[0], range[1]));
            assertMisuse(() -> device.prefetch(range[0], range[1]));
            assertMisuse(() -> device.zeroesFast(range[0], range[1], true));
            assertMisuse(() -> device.isHole(range[0], range[1]));
            assertMisuse(() -> device.extents(range[0], range[1], (_, _) -> true));
        }
    }

    @Test
    void rangesOutsideTheBufferAreRefused() {
        MemorySegment buffer = MemorySegment.ofArray(new byte[10]);
        long[][] ranges = {{-1, 1}, {0, 11}, {10, 1}, {1, 10}, {11, 0}, {Long.MAX_VALUE, 5}};
        for (long[] range : ranges) {
            assertMisuse(() -> device.read(0, buffer, range[0], range[1]));
            assertMisuse(() -> device.write(0, buffer, range[0], range[1], false));
        }
    }

    @Test
    void readOnlyTargetIsRefused() {
        MemorySegment target = MemorySegment.ofArray(new byte[10]).asReadOnly();
        assertThatThrownBy(() -> device.read(0, target, 0, 10)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void readOnlySourceIsWritten() throws IOException {
        device.write(4, MemorySegment.ofArray(new byte[] {1, 2, 3}).asReadOnly(), 1, 2, false);
        assertThat(read(3, 4)).containsExactly(0, 2, 3, 0);
    }

    @Test
    void lengthZeroDoesNothing() throws IOException {
        MemorySegment empty = MemorySegment.ofArray(new byte[0]);
        device.read(size, empty, 0, 0);
        device.write(size, empty, 0, 0, true);
        device.trim(size, 0, true);
        device.writeZeroes(size, 0, true, true);
        device.evictCached(size, 0);
        device.prefetch(size, 0);
        device.extents(size, 0, (_, _) -> {
            throw new AssertionError("an extent of nothing");
        });
        assertThat(read(0, size)).isEqualTo(new byte[size]);
    }

    @Test
    void nativeBuffersOfAnyAlignmentWork() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            checkRoundTrip(arena.allocate(200_000), arena.allocate(200_000));
        }
    }

    @Test
    void heapBuffersOfAnyAlignmentWork() throws IOException {
        checkRoundTrip(MemorySegment.ofArray(new long[25_000]), MemorySegment.ofArray(new byte[200_000]));
    }

    @Test
    void mappedBuffersOfAnyAlignmentWork() throws IOException {
        Path path = directory.resolve("buffer");
        try (Arena arena = Arena.ofShared();
                FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            MemorySegment map = channel.map(FileChannel.MapMode.READ_WRITE, 0, 400_000, arena);
            checkRoundTrip(map.asSlice(0, 200_000), map.asSlice(200_000));
        }
    }

    private void checkRoundTrip(MemorySegment source, MemorySegment target) throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (long i = 0; i < source.byteSize(); i++) {
            source.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt());
        }
        for (int round = 0; round < 20; round++) {
            long length = 1 + random.nextInt(100_000);
            long from = random.nextInt(100_000);
            long to = random.nextInt(100_000);
            long offset = round == 0 ? size - length : random.nextLong(size - length);
            target.fill((byte) 0x55);
            device.write(offset, source, from, length, false);
            device.read(offset, target, to, length);
            assertThat(target.asSlice(to, length).mismatch(source.asSlice(from, length))).as("seed=%d", seed)
                    .isEqualTo(-1);
            assertOnly(target.asSlice(0, to));
            assertOnly(target.asSlice(to + length));
        }
    }

    private static void assertOnly(MemorySegment untouched) {
        byte[] expected = new byte[(int) untouched.byteSize()];
        Arrays.fill(expected, (byte) 0x55);
        assertThat(untouched.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(expected);
    }

    @Test
    void bufferOfAClosedArenaIsRefused() {
        Arena arena = Arena.ofConfined();
        MemorySegment buffer = arena.allocate(4096);
        arena.close();
        assertThatThrownBy(() -> device.read(0, buffer, 0, 4096)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> device.write(0, buffer, 0, 4096, false)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void threadsOnTheirOwnRangesDoNotDisturbEachOther() throws Exception {
        int threads = 4;
        CyclicBarrier start = new CyclicBarrier(threads);
        List<Future<?>> results = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            for (int t = 0; t < threads; t++) {
                int mine = t;
                results.add(pool.submit(() -> {
                    start.await();
                    workInterleaved(mine, threads);
                    return null;
                }));
            }
        }
        for (Future<?> result : results) {
            result.get();
        }
    }

    private void workInterleaved(int mine, int threads) throws IOException {
        Random random = new Random(mine);
        byte[] data = new byte[512];
        for (int i = 0; i < 500; i++) {
            long offset = 512L * (mine + (long) threads * random.nextInt(size / 512 / threads - 1));
            random.nextBytes(data);
            device.write(offset, MemorySegment.ofArray(data), 0, 512, false);
            assertThat(read(offset, 512)).isEqualTo(data);
            if (i % 100 == 0) {
                device.flush();
            }
        }
    }

    @Test
    void closedDeviceRefusesEverythingAndClosesAgain() throws IOException {
        device.close();
        device.close();
        MemorySegment buffer = MemorySegment.ofArray(new byte[10]);
        assertThatThrownBy(() -> device.read(0, buffer, 0, 10)).isInstanceOf(DeviceException.class);
        assertThatThrownBy(() -> device.write(0, buffer, 0, 10, false)).isInstanceOf(DeviceException.class);
        assertThatThrownBy(() -> device.flush()).isInstanceOf(DeviceException.class);
        assertThatThrownBy(() -> device.trim(0, 10, false)).isInstanceOf(DeviceException.class);
        assertThatThrownBy(() -> device.writeZeroes(0, 10, true, false)).isInstanceOf(DeviceException.class);
        assertThatThrownBy(() -> device.extents(0, 10, (_, _) -> true)).isInstanceOf(DeviceException.class);
        assertThatCode(() -> device.evictCached(0, 10)).doesNotThrowAnyException();
        assertThatCode(() -> device.prefetch(0, 10)).doesNotThrowAnyException();
        assertThat(device.zeroesFast(0, 10, true)).isFalse();
    }

    @Test
    void closingUnderLoadEndsEveryCallWithDataOrATypedError() throws Exception {
        int threads = 3;
        CyclicBarrier start = new CyclicBarrier(threads + 1);
        List<Future<Long>> results = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            for (int t = 0; t < threads; t++) {
                boolean writes = t == 0;
                results.add(pool.submit(() -> {
                    start.await();
                    return callUntilClosed(writes);
                }));
            }
            start.await();
            // Not a wait for something to happen: any moment is a good one for closing.
            Thread.yield();
            device.close();
        }
        for (Future<Long> result : results) {
            assertThat(result.get()).isNotNegative();
        }
    }

    private long callUntilClosed(boolean writes) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(65536);
            for (long calls = 0;; calls++) {
                try {
                    if (writes) {
                        device.write(65536, buffer, 0, 65536, false);
                    } else {
                        device.read(0, buffer, 0, 65536);
                    }
                } catch (DeviceException e) {
                    assertThat(e).hasMessageContaining("closed");
                    return calls;
                }
            }
        }
    }

    private static void assertMisuse(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IndexOutOfBoundsException.class).hasMessageContaining("=");
    }

    private byte[] read(long offset, int length) throws IOException {
        byte[] bytes = new byte[length];
        device.read(offset, MemorySegment.ofArray(bytes), 0, length);
        return bytes;
    }

    private byte[] readBeforeWrite(long offset, int length) throws IOException {
        byte[] bytes = new byte[length];
        device.readBeforeWrite(offset, MemorySegment.ofArray(bytes), 0, length);
        return bytes;
    }
}
