package dev.ashlar.bench.array;

import dev.ashlar.bench.Flags;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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

/** One plain file of the size of an array, mapped and copied out of: what reads of a healthy array are held against. */
@BenchmarkMode(Mode.Throughput)
@State(Scope.Benchmark)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 8, time = 1)
@Fork(value = 1, jvmArgsAppend = {Flags.VECTOR, Flags.NATIVE, Flags.COLLECTOR, Flags.HEADERS, Flags.HEAP})
public class PlainFileBenchmark {
    private static final int SMALL = 4 << 10;
    private static final int LARGE = Images.LARGE_BYTES;

    /** Size of the file in MiB: six members of 160. */
    @Param("960")
    public int fileMib;

    /** Where the file is. */
    @Param(ScratchFolder.MEMORY)
    public String folder;

    private ScratchFolder scratch;
    private Arena arena;
    private MemorySegment map;

    @Setup
    public void fillFile() throws IOException {
        scratch = new ScratchFolder(folder);
        arena = Arena.ofShared();
        Path path = scratch.paths("file", 1).getFirst();
        try (FileChannel file = FileChannel.open(
                path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            map = file.map(FileChannel.MapMode.READ_WRITE, 0, (long) fileMib << 20, arena);
        }
        Images.fill(map);
    }

    @TearDown
    public void deleteFile() throws IOException {
        arena.close();
        scratch.close();
    }

    /** 1 MiB after 1 MiB. */
    @Benchmark
    public void readSequential(Client client) {
        MemorySegment.copy(map, client.inTurn(map.byteSize(), LARGE), client.target, 0, LARGE);
    }

    /** 4 KiB anywhere. */
    @Benchmark
    public void readSmall(Client client) {
        MemorySegment.copy(map, client.anywhere(map.byteSize(), SMALL), client.target, 0, SMALL);
    }
}
