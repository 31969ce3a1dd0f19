package dev.ashlar.bench.small;

import dev.ashlar.bench.Figures;
import dev.ashlar.bench.Flags;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
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

/** CRC32C of a block that is in the caches. */
@BenchmarkMode(Mode.Throughput)
@State(Scope.Thread)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {Flags.VECTOR, Flags.NATIVE, Flags.COLLECTOR, Flags.HEADERS, Flags.HEAP})
public class ChecksumBenchmark {
    /** Bytes of a block. */
    @Param({"4096", "65536", "524288"})
    public int length;

    private final CRC32C crc = new CRC32C();
    private Arena arena;
    private byte[] heap;
    private ByteBuffer off;
    private MemorySegment segment;

    @Setup
    public void fillBlock() {
        arena = Arena.ofConfined();
        heap = new byte[length];
        new SplittableRandom(1).nextBytes(heap);
        segment = arena.allocate(length, 4096);
        MemorySegment.copy(heap, 0, segment, ValueLayout.JAVA_BYTE, 0, length);
        off = segment.asByteBuffer();
        Figures.bytesPerOperation(length);
    }

    @TearDown
    public void freeBlock() {
        arena.close();
    }

    /** In the heap. */
    @Benchmark
    public long heap() {
        crc.reset();
        crc.update(heap);
        return crc.getValue();
    }

    /** In native memory, through a buffer that is kept. */
    @Benchmark
    public long nativeBuffer() {
        crc.reset();
        crc.update(off.clear());
        return crc.getValue();
    }
}
