package dev.ashlar.bench.array;

import dev.ashlar.bench.Figures;
import dev.ashlar.bench.Flags;
import dev.ashlar.raid.ConsistencyPolicy;
import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.SyncAction;
import dev.ashlar.raid.array.RaidArray;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Whole background passes over an array that nobody else uses. The rate counts the bytes of one member, as md's speed
 * does, however many are rebuilt together. {@link PassCallsBenchmark} makes the same reads and writes without parity.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.SECONDS)
@State(Scope.Benchmark)
@Warmup(iterations = 2)
@Measurement(iterations = 5)
@Fork(value = 1, jvmArgsAppend = {Flags.VECTOR, Flags.NATIVE, Flags.COLLECTOR, Flags.HEADERS, Flags.HEAP})
public class PassBenchmark {
    private static final Duration LONGEST = Duration.ofMinutes(5);

    /** RAID level. */
    @Param({"RAID1", "RAID5", "RAID6", "RAID10"})
    public RaidLevel level;

    /** Members of all levels but RAID 1, which has two. */
    @Param("8")
    public int members;

    /** Members that are rebuilt at once: the first one, and the third. */
    @Param("1")
    public int lost;

    /** Bytes of a chunk. */
    @Param("65536")
    public long chunk;

    /** Size of a member in MiB. */
    @Param("256")
    public int memberMib;

    /** Where the images are. */
    @Param(ScratchFolder.MEMORY)
    public String folder;

    private ScratchFolder scratch;
    private List<Path> images;
    private RaidArray array;

    @Setup
    public void fillArray() throws IOException, InterruptedException {
        scratch = new ScratchFolder(folder);
        images = scratch.paths("member", level == RaidLevel.RAID1 ? 2 : members);
        // Without a bitmap, so that a member that comes back is rebuilt whole.
        array = Images.open(level, ConsistencyPolicy.RESYNC, chunk, (long) memberMib << 20, images);
        awaitIdle();
        Figures.bytesPerOperation((long) memberMib << 20);
    }

    @TearDown
    public void deleteArray() throws IOException {
        array.close();
        scratch.close();
    }

    /** The state of the array before a rebuild. */
    @State(Scope.Benchmark)
    public static class Degraded {
        /** Before each rebuild, which is not measured. */
        @Setup(Level.Invocation)
        public void loseMembers(PassBenchmark benchmark) throws IOException {
            for (int i = 0; i < benchmark.lost; i++) {
                String member = benchmark.images.get(2 * i).toString();
                benchmark.array.failMember(member);
                benchmark.array.removeMember(member);
            }
        }
    }

    /** From adding the new members to being whole again. */
    @Benchmark
    public void rebuild(Degraded degraded) throws IOException, InterruptedException {
        for (int i = 0; i < lost; i++) {
            array.addMember(images.get(2 * i), true);
        }
        awaitIdle();
    }

    /** Everything is read and compared. */
    @Benchmark
    public void check() throws IOException, InterruptedException {
        array.requestAction(SyncAction.CHECK);
        awaitIdle();
        if (array.status().mismatchSectors() != 0) {
            throw new IllegalStateException("the array does not agree with itself");
        }
    }

    private void awaitIdle() throws InterruptedException {
        if (!array.awaitIdle(LONGEST)) {
            throw new IllegalStateException("the pass has not ended within " + LONGEST);
        }
    }
}
