package dev.ashlar.bench;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.block.Devices;
import dev.ashlar.block.OpenMode;
import dev.ashlar.raid.parity.Parity;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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
 * What the requests of {@link ArrayBenchmark} cost a RAID 6 of eight images at least: the reads and writes of its
 * members and the parity, and nothing around them.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Thread)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 8, time = 1)
@Fork(value = 1, jvmArgsAppend = {
    "--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC",
    "-XX:+UseCompactObjectHeaders"})
public class MemberCallsBenchmark {
    private static final int MEMBERS = ArrayBenchmark.MEMBERS;
    private static final int DATA = MEMBERS - 2;
    private static final int SMALL = 4 << 10;
    private static final int TILE = 256 << 10;

    /** Bytes of a chunk. */
    @Param({"65536"})
    public int chunk;

    private final SplittableRandom random = new SplittableRandom(1);
    private final BlockDevice[] members = new BlockDevice[MEMBERS];
    private final long[] blocks = new long[DATA];
    private final Parity parity = Parity.best();
    private ScratchFolder folder;
    private Arena arena;
    private MemorySegment source;
    private MemorySegment tiles;
    private long next;

    @Setup
    public void fillMembers() throws IOException {
        folder = new ScratchFolder();
        arena = Arena.ofConfined();
        source = arena.allocate(ArrayBenchmark.SOURCE_BYTES, 4096);
        tiles = arena.allocate(3 * TILE, 4096);
        List<Path> images = folder.paths("member", MEMBERS);
        for (int i = 0; i < MEMBERS; i++) {
            Devices.createImage(images.get(i), ArrayBenchmark.MEMBER_BYTES, false);
            members[i] = Devices.open(images.get(i), OpenMode.READ_WRITE);
            for (long at = 0; at < ArrayBenchmark.MEMBER_BYTES; at += source.byteSize()) {
                members[i].write(at, source, 0, source.byteSize(), false);
            }
        }
    }

    @TearDown
    public void deleteMembers() throws IOException {
        for (BlockDevice member : members) {
            member.close();
        }
        arena.close();
        folder.close();
    }

    /** 4 KiB of one member. */
    @Benchmark
    public void readSmall() throws IOException {
        members[random.nextInt(MEMBERS)].read(anywhere(), tiles, 0, SMALL);
    }

    /** Read-modify-write of 4 KiB: old data, P and Q are read, and the new ones written. */
    @Benchmark
    public void writeSmall() throws IOException {
        long at = anywhere();
        int first = random.nextInt(MEMBERS);
        for (int i = 0; i < 3; i++) {
            members[(first + i) % MEMBERS].readBeforeWrite(at, tiles, (long) i * TILE, SMALL);
        }
        long tile = tiles.address();
        parity.update(tile, source.address(), 3, tile + TILE, tile + 2 * TILE, SMALL);
        members[first].write(at, source, 0, SMALL, false);
        for (int i = 1; i < 3; i++) {
            members[(first + i) % MEMBERS].write(at, tiles, (long) i * TILE, SMALL, false);
        }
    }

    /** A chunk of each member, two of them P and Q. */
    @Benchmark
    public void writeStripe() throws IOException {
        long at = next++ % (ArrayBenchmark.MEMBER_BYTES / chunk) * chunk;
        long stripe = (long) DATA * chunk;
        long from = next % (ArrayBenchmark.SOURCE_BYTES / stripe) * stripe;
        for (int i = 0; i < DATA; i++) {
            members[i].write(at, source, from + (long) i * chunk, chunk, false);
        }
        for (int done = 0; done < chunk; done += TILE) {
            int length = Math.min(TILE, chunk - done);
            for (int i = 0; i < DATA; i++) {
                blocks[i] = source.address() + from + (long) i * chunk + done;
            }
            parity.generate(blocks, DATA, tiles.address(), tiles.address() + TILE, length);
            members[DATA].write(at + done, tiles, 0, length, false);
            members[DATA + 1].write(at + done, tiles, TILE, length, false);
        }
    }

    private long anywhere() {
        return random.nextLong(ArrayBenchmark.MEMBER_BYTES / SMALL) * SMALL;
    }
}
