package dev.ashlar.bench.kernel;

import dev.ashlar.bench.Flags;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Operations on whole stripes. The rate counts the data blocks of the stripe, parity not counted; for a recovery that
 * is also what has to be read, except that making Q again after a data block reads all twice.
 */
@BenchmarkMode(Mode.Throughput)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {Flags.VECTOR, Flags.NATIVE, Flags.COLLECTOR, Flags.HEADERS, Flags.HEAP})
public class StripeBenchmark extends KernelState {
    /** Data blocks of a stripe. */
    @Param({"4", "6", "8", "16"})
    public int blocks;

    @Override
    int dataBlocks() {
        return blocks;
    }

    @Override
    int countedBlocks() {
        return blocks;
    }

    /** P alone, as RAID 5 writes it. */
    @Benchmark
    public void generateP() {
        coder.generateP(nextStripe());
    }

    /** P and Q, as a full-stripe write of RAID 6 does. */
    @Benchmark
    public void generatePq() {
        coder.generatePq(nextStripe());
    }

    /** P and Q against the data, as a check does. */
    @Benchmark
    public int check() {
        return coder.check(nextStripe());
    }

    /** One data block through P. */
    @Benchmark
    public void recoverD() {
        coder.recoverD(nextStripe());
    }

    /** One data block and P, through Q. */
    @Benchmark
    public void recoverDp() {
        coder.recoverDp(nextStripe());
    }

    /** One data block through P, then Q. */
    @Benchmark
    public void recoverDq() {
        coder.recoverDq(nextStripe());
    }

    /** Two data blocks. */
    @Benchmark
    public void recoverDd() {
        coder.recoverDd(nextStripe());
    }
}
