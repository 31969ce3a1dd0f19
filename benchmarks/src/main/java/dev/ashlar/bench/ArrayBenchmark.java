package dev.ashlar.bench;

import dev.ashlar.raid.ConsistencyPolicy;
import dev.ashlar.raid.CreateSpec;
import dev.ashlar.raid.OpenOptions;
import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.array.RaidArray;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
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
 * Requests of an array of eight images (RAID 1: two), by one thread, over an area too large for the caches.
 * {@link MemberCallsBenchmark} makes the same calls of the members without an array.
 *
 * <p>Run with {@code java -jar benchmarks/target/benchmarks.jar ArrayBenchmark -prof gc
 * -prof dev.ashlar.bench.CpuTime}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Thread)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 8, time = 1)
@Fork(value = 1, jvmArgsAppend = {
    "--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC",
    "-XX:+UseCompactObjectHeaders"})
public class ArrayBenchmark {
    static final int MEMBERS = 8;
    static final long MEMBER_BYTES = 160 << 20;
    /** Sequential writes take their data from here in turn, as a server's buffers are used. */
    static final long SOURCE_BYTES = 16 << 20;

    private static final int SMALL = 4 << 10;
    private static final int MEDIUM = 64 << 10;
    private static final int LARGE = 1 << 20;

    /** RAID levels. */
    @Param({"RAID0", "RAID1", "RAID5", "RAID6", "RAID10"})
    public RaidLevel level;

    /** Bytes of a chunk. */
    @Param({"65536"})
    public long chunk;

    private final SplittableRandom random = new SplittableRandom(1);
    private ScratchFolder folder;
    private Arena arena;
    private RaidArray array;
    private MemorySegment source;
    private MemorySegment target;
    private long stripe;
    private long next;

    @Setup
    public void fillArray() throws IOException {
        folder = new ScratchFolder();
        arena = Arena.ofConfined();
        source = arena.allocate(SOURCE_BYTES, 4096);
        target = arena.allocate(LARGE, 4096);
        for (long at = 0; at < SOURCE_BYTES; at += Long.BYTES) {
            source.set(ValueLayout.JAVA_LONG, at, random.nextLong());
        }
        List<Path> images = folder.paths("member", level == RaidLevel.RAID1 ? 2 : MEMBERS);
        int layout = switch (level) {
            case RAID5, RAID6 -> 2;
            case RAID10 -> 0x102;
            default -> 0;
        };
        ConsistencyPolicy policy = level == RaidLevel.RAID0 ? ConsistencyPolicy.NONE : ConsistencyPolicy.BITMAP;
        RaidArray.create(new CreateSpec("bench", level, layout, level == RaidLevel.RAID1 ? 0 : chunk, MEMBER_BYTES,
                policy, 0, false, false, false, images, List.of()));
        array = RaidArray.open(images, OpenOptions.WRITABLE);
        for (long at = 0; at < array.sizeBytes(); at += LARGE) {
            array.write(at, source, at % SOURCE_BYTES, Math.min(LARGE, array.sizeBytes() - at), false);
        }
        stripe = Math.max(chunk, array.optimalIoBytes());
    }

    @TearDown
    public void deleteArray() throws IOException {
        array.close();
        arena.close();
        folder.close();
    }

    /** 4 KiB anywhere. */
    @Benchmark
    public void readSmall() throws IOException {
        array.read(anywhere(SMALL), target, 0, SMALL);
    }

    /** 4 KiB anywhere: a read-modify-write where there is parity. */
    @Benchmark
    public void writeSmall() throws IOException {
        array.write(anywhere(SMALL), source, 0, SMALL, false);
    }

    /** 64 KiB anywhere. */
    @Benchmark
    public void readMedium() throws IOException {
        array.read(anywhere(MEDIUM), target, 0, MEDIUM);
    }

    /** 64 KiB anywhere. */
    @Benchmark
    public void writeMedium() throws IOException {
        array.write(anywhere(MEDIUM), source, 0, MEDIUM, false);
    }

    /** 1 MiB after 1 MiB. */
    @Benchmark
    public void readLarge() throws IOException {
        array.read(inTurn(LARGE), target, 0, LARGE);
    }

    /** 1 MiB after 1 MiB, whatever the stripes are. */
    @Benchmark
    public void writeLarge() throws IOException {
        long at = inTurn(LARGE);
        array.write(at, source, at % SOURCE_BYTES, LARGE, false);
    }

    /** Stripe after stripe; for RAID 1 that is 1 MiB, for RAID 10 one chunk. */
    @Benchmark
    public void writeStripe() throws IOException {
        long at = inTurn(stripe);
        array.write(at, source, at / stripe % (SOURCE_BYTES / stripe) * stripe, stripe, false);
    }

    private long anywhere(long length) {
        return random.nextLong(array.sizeBytes() / length) * length;
    }

    private long inTurn(long length) {
        return next++ % (array.sizeBytes() / length) * length;
    }
}
