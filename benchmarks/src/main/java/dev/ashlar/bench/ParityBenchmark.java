package dev.ashlar.bench;

import dev.ashlar.raid.parity.Parity;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
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
 * Parity of one stripe that stays in the caches. Besides the time of a call, {@code gigabytes} counts the data blocks
 * of the stripe (for {@link #update} the one block) in 10^9 bytes per second, parity not counted.
 *
 * <p>Run with {@code java -jar benchmarks/target/benchmarks.jar ParityBenchmark}, {@code -p} to choose parameters, and
 * {@code -rf json} to keep the result.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@State(Scope.Thread)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {
    "--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC"})
public class ParityBenchmark {
    /** "best" is what the program runs, "scalar" the reference. */
    @Param({"best", "scalar"})
    public String kernels;

    /** Data blocks. */
    @Param({"6", "8"})
    public int blocks;

    /** Bytes of a block. */
    @Param({"4096", "65536"})
    public int length;

    private Parity parity;
    private Arena arena;
    private long[] data;
    private long p;
    private long q;
    private long newBlock;

    /** Counts bytes where JMH counts calls. */
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    @State(Scope.Thread)
    public static class Bytes {
        /** 10^9 bytes of data. */
        public double gigabytes;
    }

    @Setup
    public void fillBlocks() {
        parity = kernels.equals("best") ? Parity.best() : Parity.scalar();
        arena = Arena.ofConfined();
        Random random = new Random(blocks);
        data = new long[blocks];
        for (int e = 0; e < blocks; e++) {
            data[e] = randomBlock(random);
        }
        p = randomBlock(random);
        q = randomBlock(random);
        newBlock = randomBlock(random);
        parity.generate(data, blocks, p, q, length);
    }

    private long randomBlock(Random random) {
        MemorySegment block = arena.allocate(length, 4096);
        for (long at = 0; at < length; at += Long.BYTES) {
            block.set(ValueLayout.JAVA_LONG, at, random.nextLong());
        }
        return block.address();
    }

    @TearDown
    public void freeBlocks() {
        arena.close();
    }

    /** P and Q, as a full-stripe write does. */
    @Benchmark
    public void generate(Bytes bytes) {
        parity.generate(data, blocks, p, q, length);
        bytes.gigabytes += blocks * length / 1e9;
    }

    /** P alone: RAID 5. */
    @Benchmark
    public void generatePlain(Bytes bytes) {
        parity.generate(data, blocks, p, 0, length);
        bytes.gigabytes += blocks * length / 1e9;
    }

    /** What a scrub does. */
    @Benchmark
    public int check(Bytes bytes) {
        bytes.gigabytes += blocks * length / 1e9;
        return parity.check(data, blocks, p, q, length);
    }

    /** Two data blocks missing; the bytes are those of the blocks that are read: the other data blocks, P and Q. */
    @Benchmark
    public void recoverTwo(Bytes bytes) {
        parity.recover(data, blocks, p, q, 1, blocks - 2, length);
        bytes.gigabytes += blocks * length / 1e9;
    }

    /** One data block missing; read are the other data blocks and P. */
    @Benchmark
    public void recoverOne(Bytes bytes) {
        parity.recover(data, blocks, p, q, 1, Parity.NONE, length);
        bytes.gigabytes += blocks * length / 1e9;
    }

    /** Read-modify-write of one block. */
    @Benchmark
    public void update(Bytes bytes) {
        parity.update(data[0], newBlock, 3, p, q, length);
        bytes.gigabytes += length / 1e9;
    }
}
