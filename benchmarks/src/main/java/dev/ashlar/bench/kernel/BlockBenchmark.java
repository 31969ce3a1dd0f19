package dev.ashlar.bench.kernel;

import dev.ashlar.bench.Flags;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Warmup;

/** Operations on single blocks, whatever the stripe. The rate counts the one block that is the source. */
@BenchmarkMode(Mode.Throughput)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {Flags.VECTOR, Flags.NATIVE, Flags.COLLECTOR, Flags.HEADERS, Flags.HEAP})
public class BlockBenchmark extends KernelState {
    /** Enough for every implementation to take a stripe; the others are not touched. */
    private static final int DATA_BLOCKS = 4;

    @Override
    int dataBlocks() {
        return DATA_BLOCKS;
    }

    @Override
    int countedBlocks() {
        return 1;
    }

    /** P and Q follow the change of a block, as in a read-modify-write. */
    @Benchmark
    public void update() {
        coder.update(nextStripe());
    }

    /** A block times a constant is added to another. */
    @Benchmark
    public void multiplyAccumulate() {
        coder.multiplyAccumulate(nextStripe());
    }

    /** A block is added to another. */
    @Benchmark
    public void xor() {
        coder.xor(nextStripe());
    }
}
