package dev.ashlar.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Asks util-linux's {@code fincore} what the page cache holds; skipped where there is none. */
class EvictCachedTest {
    private static final int SIZE = 8 << 20;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void cleanPagesAreDroppedEvenIfMappedOrInLargePieces(boolean mapped) throws IOException {
        Path path = directory.resolve("image");
        Files.write(path, new byte[SIZE]);
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/fincore")), "fincore is not installed");
        assumeTrue(!Files.getFileStore(path).type().equals("tmpfs"), "tmpfs is all cache");
        try (BlockDevice device = mapped
                ? MappedImage.open(path, OpenMode.READ_WRITE) : FileDevice.open(path, OpenMode.READ_WRITE)) {
            device.flush();
            byte[] bytes = new byte[SIZE];
            device.read(0, MemorySegment.ofArray(bytes), 0, SIZE);
            long before = cachedBytes(path);
            device.evictCached(3 << 20, 4096);
            assertThat(cachedBytes(path)).isLessThan(before);
            device.evictCached(0, SIZE);
            assertThat(cachedBytes(path)).isZero();
            device.read(0, MemorySegment.ofArray(bytes), 0, SIZE);
            assertThat(bytes).isEqualTo(new byte[SIZE]);
        }
    }

    private static long cachedBytes(Path path) throws IOException {
        Process process = new ProcessBuilder("fincore", "--noheadings", "--bytes", "--output", "RES",
                path.toString()).redirectErrorStream(true).start();
        return Long.parseLong(new String(process.getInputStream().readAllBytes()).strip());
    }
}
