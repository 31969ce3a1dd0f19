package dev.ashlar.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Somebody truncates an image that is in use, lock or no lock. */
class ShrunkFileTest {
    private static final int SIZE = 4 << 20;
    private static final int WARM_UP_CALLS = 30_000;

    enum Kind {
        FILE {
            @Override
            BlockDevice open(Path path) throws IOException {
                return FileDevice.open(path, OpenMode.READ_WRITE);
            }
        },
        MAPPED {
            @Override
            BlockDevice open(Path path) throws IOException {
                return MappedImage.open(path, OpenMode.READ_WRITE);
            }
        };

        abstract BlockDevice open(Path path) throws IOException;
    }

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(Kind.class)
    void neitherFlushNorCheckPasses(Kind kind) throws IOException {
        Path path = image(SIZE);
        try (BlockDevice device = kind.open(path)) {
            device.checkSize();
            device.flush();
            truncate(path, SIZE - 1);
            assertThatThrownBy(device::checkSize).isInstanceOf(DeviceShrunkException.class)
                    .hasMessageContaining("it had " + SIZE + " bytes when opened and has " + (SIZE - 1) + " now");
            assertThatThrownBy(device::flush).isInstanceOf(DeviceShrunkException.class);
        }
    }

    private Path image(int sizeBytes) throws IOException {
        byte[] bytes = new byte[sizeBytes];
        Arrays.fill(bytes, (byte) 7);
        return Files.write(directory.resolve("image"), bytes);
    }

    private static void truncate(Path path, long sizeBytes) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.truncate(sizeBytes);
        }
    }

    /** Runs compiled, where a fault in a mapping is thrown late: see {@link MappedMemory}. */
    @ParameterizedTest
    @EnumSource
    void readPastTheNewEndIsATypedErrorInCompiledCode(Kind kind) throws IOException {
        Path path = image(SIZE);
        try (BlockDevice device = kind.open(path); Arena arena = Arena.ofConfined()) {
            MemorySegment target = arena.allocate(4096);
            for (int i = 0; i < WARM_UP_CALLS; i++) {
                assertThat(tryRead(device, i % 1000 * 4096L, target)).isTrue();
            }
            truncate(path, 1 << 20);
            for (int i = 0; i < 100; i++) {
                assertThat(tryRead(device, (2 << 20) + i * 4096L, target)).isFalse();
                assertThat(tryRead(device, i * 4096L, target)).isTrue();
            }
        }
    }

    private static boolean tryRead(BlockDevice device, long offset, MemorySegment target) throws IOException {
        try {
            device.read(offset, target, 0, target.byteSize());
            if (target.get(ValueLayout.JAVA_BYTE, target.byteSize() - 1) != 7) {
                throw new AssertionError("wrong data at offset " + offset);
            }
            return true;
        } catch (DeviceShrunkException _) {
            return false;
        }
    }

    @ParameterizedTest
    @EnumSource
    void readBeforeAWritePastTheNewEndIsATypedErrorHoweverItIsMade(Kind kind) throws IOException {
        Path path = image(SIZE);
        try (BlockDevice device = kind.open(path); Arena arena = Arena.ofConfined()) {
            MemorySegment target = arena.allocate(4096);
            truncate(path, 1 << 20);
            for (int i = 0; i < 100; i++) {
                long offset = (2 << 20) + i * 4096L;
                assertThatThrownBy(() -> device.readBeforeWrite(offset, target, 0, 4096))
                        .isInstanceOf(DeviceShrunkException.class);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void writeNeverExtendsTheFileAgainInCompiledCode(Kind kind) throws IOException {
        Path path = image(SIZE);
        try (BlockDevice device = kind.open(path); Arena arena = Arena.ofConfined()) {
            MemorySegment source = arena.allocate(4096);
            for (int i = 0; i < WARM_UP_CALLS; i++) {
                assertThat(tryWrite(device, i % 1000 * 4096L, source)).isTrue();
            }
            truncate(path, 1 << 20);
            for (int i = 0; i < 100; i++) {
                assertThat(tryWrite(device, (2 << 20) + i * 4096L, source)).isFalse();
                assertThat(Files.size(path)).isEqualTo(1 << 20);
            }
        }
    }

    private static boolean tryWrite(BlockDevice device, long offset, MemorySegment source) throws IOException {
        try {
            device.write(offset, source, 0, source.byteSize(), false);
            return true;
        } catch (DeviceShrunkException _) {
            return false;
        }
    }

    /** The page that holds the new end stays mapped and shows zeroes there. */
    @ParameterizedTest
    @EnumSource
    void losingAFewBytesOfTheLastPageIsNoticed(Kind kind) throws IOException {
        for (int size : new int[] {SIZE, SIZE - 1000, 4096, 100}) {
            Path path = image(size);
            try (BlockDevice device = kind.open(path)) {
                truncate(path, size - 10);
                MemorySegment buffer = MemorySegment.ofArray(new byte[20]);
                assertShrunk(() -> device.read(size - 20, buffer, 0, 20));
                assertShrunk(() -> device.read(size - 1, buffer, 0, 1));
                assertShrunk(() -> device.write(size - 20, buffer, 0, 20, false));
                assertShrunk(() -> device.write(size - 1, buffer, 0, 1, true));
                assertShrunk(() -> device.writeZeroes(size - 20, 20, true, false));
                assertShrunk(() -> device.trim(size - 20, 20, false));
                assertThat(Files.size(path)).isEqualTo(size - 10);
            }
        }
    }

    private static void assertShrunk(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(DeviceShrunkException.class)
                .hasMessageContaining("when opened").hasMessageContaining("image");
    }

    @ParameterizedTest
    @EnumSource
    void truncationUnderLoadEndsInTypedErrors(Kind kind) throws Exception {
        Path path = image(SIZE);
        CountDownLatch warm = new CountDownLatch(2);
        try (BlockDevice device = kind.open(path); ExecutorService pool = Executors.newFixedThreadPool(2)) {
            Future<?> reader = pool.submit(() -> readUntilShrunk(device, warm));
            Future<?> heapReader = pool.submit(() -> readHeapUntilShrunk(device, warm));
            warm.await();
            truncate(path, 1 << 20);
            reader.get();
            heapReader.get();
        }
    }

    private static Void readUntilShrunk(BlockDevice device, CountDownLatch warm) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            return readUntilShrunk(device, warm, arena.allocate(100_000));
        }
    }

    private static Void readHeapUntilShrunk(BlockDevice device, CountDownLatch warm) throws IOException {
        return readUntilShrunk(device, warm, MemorySegment.ofArray(new byte[10_000]));
    }

    private static Void readUntilShrunk(BlockDevice device, CountDownLatch warm, MemorySegment target)
            throws IOException {
        for (long i = 0;; i++) {
            if (!tryRead(device, (2 << 20) + i % 100 * 4096, target)) {
                return null;
            }
            if (i == 1000) {
                warm.countDown();
            }
        }
    }
}
