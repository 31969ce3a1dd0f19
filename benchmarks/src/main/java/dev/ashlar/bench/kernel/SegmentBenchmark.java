package dev.ashlar.bench.kernel;

import dev.ashlar.bench.Figures;
import dev.ashlar.bench.Flags;
import dev.ashlar.bench.Handovers;
import dev.ashlar.block.DeviceException;
import dev.ashlar.raid.parity.Parity;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Parity of segments, through the entry that takes any of them: what copying costs where kernels may not go. */
@BenchmarkMode(Mode.Throughput)
@State(Scope.Thread)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {Flags.VECTOR, Flags.NATIVE, Flags.COLLECTOR, Flags.HEADERS, Flags.HEAP})
public class SegmentBenchmark {
    /** What blocks are made of. */
    @Param({"NATIVE", "HEAP", "MAPPED"})
    public SegmentKind kind;

    /** Bytes of a block. */
    @Param({"4096", "65536", "524288"})
    public int length;

    /** Data blocks of the one stripe. */
    @Param("6")
    public int blocks;

    private SegmentStripe stripe;

    @Setup
    public void fillStripe() throws DeviceException {
        stripe = new SegmentStripe(Parity.best(), kind, blocks, length);
        Handovers.await();
        Figures.bytesPerOperation((long) blocks * length);
    }

    @TearDown
    public void freeStripe() {
        stripe.close();
    }

    /** P and Q; the rate counts the data blocks. */
    @Benchmark
    public void generatePq() throws DeviceException {
        stripe.generatePq();
    }
}
