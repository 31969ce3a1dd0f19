package dev.ashlar.bench.limit;

import dev.ashlar.bench.Figures;
import dev.ashlar.bench.Flags;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Reading and copying more memory than any cache holds, 1 MiB after 1 MiB. Each thread has memory of its own. */
@BenchmarkMode(Mode.Throughput)
@State(Scope.Thread)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {Flags.VECTOR, Flags.NATIVE, Flags.COLLECTOR, Flags.HEADERS, Flags.HEAP})
public class MemoryBenchmark {
    private static final VectorSpecies<Long> SPECIES = LongVector.SPECIES_PREFERRED;
    private static final long ALL_BYTES = 512L << 20;
    private static final int PART_BYTES = 1 << 20;

    private Arena arena;
    private MemorySegment memory;
    private long next;

    @Setup
    public void touchMemory() {
        arena = Arena.ofConfined();
        memory = arena.allocate(ALL_BYTES, 4096);
        memory.fill((byte) 1);
        Figures.bytesPerOperation(PART_BYTES);
    }

    @TearDown
    public void freeMemory() {
        arena.close();
    }

    /** The XOR of all words of the next part. */
    @Benchmark
    public long read() {
        long from = nextPart();
        LongVector sum = LongVector.zero(SPECIES);
        for (long at = from; at < from + PART_BYTES; at += SPECIES.vectorByteSize()) {
            sum = sum.lanewise(VectorOperators.XOR,
                    LongVector.fromMemorySegment(SPECIES, memory, at, ByteOrder.nativeOrder()));
        }
        return sum.reduceLanes(VectorOperators.XOR);
    }

    /** The next part is copied over the one half of the memory away; the rate counts it once. */
    @Benchmark
    public void copy() {
        long from = nextPart();
        MemorySegment.copy(memory, from, memory, (from + ALL_BYTES / 2) % ALL_BYTES, PART_BYTES);
    }

    private long nextPart() {
        next += PART_BYTES;
        return next % ALL_BYTES;
    }
}
