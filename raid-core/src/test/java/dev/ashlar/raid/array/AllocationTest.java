package dev.ashlar.raid.array;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.ashlar.block.ExtentVisitor;
import dev.ashlar.raid.ConsistencyPolicy;
import dev.ashlar.raid.CreateSpec;
import dev.ashlar.raid.OpenOptions;
import dev.ashlar.raid.RaidLevel;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Requests allocate nothing once they have been made a while. */
class AllocationTest {
    private static final int ROUNDS = 1000;
    /** What the compilers get at least, however fast the requests are. */
    private static final long COMPILERS_NANOS = 30_000_000_000L;
    private static final int MOST_LOOKS = 400;
    private static final ExtentVisitor VISITOR = (_, _) -> true;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir
    private Path directory;

    private interface Request {
        void run(RaidArray array, MemorySegment buffer, int round) throws IOException;
    }

    @ParameterizedTest
    @EnumSource(value = RaidLevel.class)
    void readsAndWritesAllocateNothing(RaidLevel level) throws IOException {
        int layout = switch (level) {
            case RAID10 -> 0x102;
            case RAID5, RAID6 -> 2;
            default -> 0;
        };
        List<Path> images = IntStream.range(0, 6).mapToObj(i -> directory.resolve("m" + i)).toList();
        RaidArray.create(new CreateSpec("allocation", level, layout, level == RaidLevel.RAID1 ? 0 : 16384, 8 << 20,
                level == RaidLevel.RAID0 ? ConsistencyPolicy.NONE : ConsistencyPolicy.BITMAP, 0, false, false, true,
                images, List.of()));
        ArrayEnvironment still = new ArrayEnvironment(System::nanoTime, ArrayEnvironment.SYSTEM.wallClock(),
                ArrayEnvironment.SYSTEM.uuids(), false, 1);
        try (RaidArray opened = ArrayOpener.open(images, OpenOptions.WRITABLE, still); Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(1 << 20, 4096);
            requireNone(opened, buffer, "read", (array, to, round) -> array.read(at(array, round), to, 0, 4096));
            requireNone(opened, buffer, "write",
                    (array, from, round) -> array.write(at(array, round), from, 0, 4096, false));
            requireNone(opened, buffer, "full stripe",
                    (array, from, _) -> array.write(0, from, 0, array.optimalIoBytes(), false));
            requireNone(opened, buffer, "extents", AllocationTest::lookAtExtents);
            requireNone(opened, buffer, "redundancy", AllocationTest::lookAtRedundancy);
            if (level.hasParity()) {
                opened.failMember(images.get(1).toString());
                requireNone(opened, buffer, "degraded extents", AllocationTest::lookAtExtents);
                requireNone(opened, buffer, "degraded redundancy", AllocationTest::lookAtRedundancy);
                requireNone(opened, buffer, "degraded read",
                        (array, to, round) -> array.read(at(array, round), to, 0, 4096));
                requireNone(opened, buffer, "degraded write",
                        (array, from, round) -> array.write(at(array, round), from, 0, 4096, false));
            }
        }
    }

    private static void lookAtExtents(RaidArray array, MemorySegment buffer, int round) throws IOException {
        array.extents(at(array, round), 4096, VISITOR);
    }

    private static void lookAtRedundancy(RaidArray array, MemorySegment buffer, int round) {
        array.redundancy(0, array.sizeBytes() - round, VISITOR);
    }

    private static long at(RaidArray array, int round) {
        return round * 40_960L % (array.sizeBytes() - 4096) / 4096 * 4096;
    }

    /**
     * Code that is not compiled yet allocates (vectors, above all), and on a busy machine the compiler comes late: so it is
     * looked at again and again until nothing is allocated, or for too long.
     */
    private static void requireNone(RaidArray array, MemorySegment buffer, String what, Request request)
            throws IOException {
        long allocated = Long.MAX_VALUE;
        long began = System.nanoTime();
        for (int look = 0;
                allocated >= ROUNDS && (look < MOST_LOOKS || System.nanoTime() - began < COMPILERS_NANOS);
                look++) {
            for (int round = 0; round < ROUNDS; round++) {
                request.run(array, buffer, round);
            }
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int round = 0; round < ROUNDS; round++) {
                request.run(array, buffer, round);
            }
            allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        }
        assertThat(allocated).as("bytes allocated by " + ROUNDS + " times " + what).isLessThan(ROUNDS);
    }
}
