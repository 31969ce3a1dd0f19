package dev.ashlar.raid.array;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.SyncAction;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Background passes by several threads, beside clients that write. */
class ParallelPassesTest {
    private static final int KIB = 1024;
    private static final int WRITERS = 2;
    private static final int WRITES = 400;

    private final TestArray test = new TestArray(20_261_125);
    private byte[] content;

    private void make(RaidLevel level) throws IOException {
        test.syncThreads = 4;
        int layout = switch (level) {
            case RAID5, RAID6 -> 2;
            case RAID10 -> 0x102;
            default -> 0;
        };
        Shape shape = new Shape(level, layout, 5, level == RaidLevel.RAID1 ? 0 : 16 * KIB, 8192L * KIB, 64 * KIB);
        List<Integer> disks = IntStream.range(0, 5).map(i -> test.addDisk(shape.diskBytes())).boxed().toList();
        shape.create(test, disks, "parallel");
        test.open(0, 1, 2, 3, 4);
        content = test.bytes((int) test.array.sizeBytes());
        test.write(0, content);
    }

    /** Overwrites what is this writer's, in pieces of many sizes. */
    private Callable<Void> writer(int number) {
        return () -> {
            Random random = new Random(number);
            int part = content.length / WRITERS;
            for (int i = 0; i < WRITES; i++) {
                byte[] bytes = new byte[1 + random.nextInt(i % 10 == 0 ? 200_000 : 9_000)];
                random.nextBytes(bytes);
                int at = part * number + random.nextInt(part - bytes.length);
                test.array.write(at, MemorySegment.ofArray(bytes), 0, bytes.length, false);
                System.arraycopy(bytes, 0, content, at, bytes.length);
            }
            return null;
        };
    }

    private void settleUnderWrites() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(WRITERS)) {
            List<Future<Void>> writers = IntStream.range(0, WRITERS).mapToObj(i -> threads.submit(writer(i))).toList();
            test.settle();
            for (Future<Void> writer : writers) {
                writer.get();
            }
        }
        test.settle();
        assertThat(Arrays.equals(test.read(0, content.length), content)).isTrue();
    }

    @ParameterizedTest
    @EnumSource(value = RaidLevel.class, names = "RAID0", mode = EnumSource.Mode.EXCLUDE)
    void passesBesideWritersLeaveNothingWrong(RaidLevel level) throws Exception {
        make(level);
        test.array.failMember("disk1");
        settleUnderWrites();
        int spare = test.addDisk(test.disks.getFirst().sizeBytes());
        test.array.addMember(test.device(spare), false);
        settleUnderWrites();
        assertThat(test.array.status().degradedDisks()).isZero();
        test.array.requestAction(SyncAction.CHECK);
        settleUnderWrites();
        assertThat(test.array.status().mismatchSectors()).isZero();
        assertThat(test.check()).isZero();
        test.array.abandon();
        test.open(0, 2, 3, 4, spare);
        settleUnderWrites();
        assertThat(test.check()).isZero();
    }
}
