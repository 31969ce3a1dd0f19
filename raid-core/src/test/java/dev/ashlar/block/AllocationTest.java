package dev.ashlar.block;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads and writes make no garbage once they are compiled. */
class AllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int CALLS = 2000;
    private static final int MOST_ROUNDS = 500;
    /** What the compilers get at least, however fast the rounds are. */
    private static final long COMPILERS_NANOS = 30_000_000_000L;
    private static final ExtentVisitor VISITOR = (_, _) -> true;

    @TempDir
    Path directory;

    private interface Call {
        void run(long offsetBytes) throws IOException;
    }

    @Test
    void fileDeviceAllocatesNothingPerCall() throws IOException {
        try (BlockDevice device = FileDevice.open(image(), OpenMode.READ_WRITE)) {
            checkCalls(device);
        }
    }

    @Test
    void mappedImageAllocatesNothingPerCall() throws IOException {
        try (BlockDevice device = MappedImage.open(image(), OpenMode.READ_WRITE)) {
            checkCalls(device);
        }
    }

    @Test
    void memoryDeviceAllocatesNothingPerCall() throws IOException {
        try (BlockDevice device = new MemoryDevice(4 << 20)) {
            checkCalls(device);
        }
    }

    @Test
    void trackedDeviceAllocatesNothingPerCall() throws IOException {
        try (TrackedDevice device = new TrackedDevice(new MemoryDevice(4 << 20))) {
            checkCalls(device);
            device.setMark("mark");
            checkCalls(device);
            check("dirty", offset -> device.dirty("mark", offset, device.sizeBytes() - offset, VISITOR));
        }
    }

    private Path image() throws IOException {
        Path path = directory.resolve("image");
        Devices.createImage(path, 4 << 20, false);
        return path;
    }

    private static void checkCalls(BlockDevice device) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(4096);
            MemorySegment heap = MemorySegment.ofArray(new byte[4096]);
            check("write", offset -> device.write(offset, buffer, 0, 4096, false));
            check("read", offset -> device.read(offset, buffer, 0, 4096));
            check("heap write", offset -> device.write(offset, heap, 0, 4096, false));
            check("heap read", offset -> device.read(offset, heap, 0, 4096));
            check("extents", offset -> device.extents(offset, device.sizeBytes() - offset, VISITOR));
            check("prefetch", offset -> device.prefetch(offset, 4096));
            check("zeroesFast", offset -> device.zeroesFast(offset, 4096, true));
        }
    }

    /** The compilers take their time, so a clean round must come in the end and need not come at once. */
    private static void check(String name, Call call) throws IOException {
        long allocated = Long.MAX_VALUE;
        long began = System.nanoTime();
        for (int round = 0;
                allocated > 0 && (round < MOST_ROUNDS || System.nanoTime() - began < COMPILERS_NANOS);
                round++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < CALLS; i++) {
                call.run(i % 1000 * 4096L);
            }
            allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        }
        assertThat(allocated).as("bytes allocated by %d calls: %s", CALLS, name).isZero();
    }
}
