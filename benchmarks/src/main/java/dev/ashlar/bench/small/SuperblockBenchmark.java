package dev.ashlar.bench.small;

import dev.ashlar.bench.Flags;
import dev.ashlar.bench.array.ScratchFolder;
import dev.ashlar.block.BlockDevice;
import dev.ashlar.block.Devices;
import dev.ashlar.block.OpenMode;
import dev.ashlar.raid.ConsistencyPolicy;
import dev.ashlar.raid.CreateSpec;
import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.array.RaidArray;
import dev.ashlar.raid.superblock.Superblock;
import dev.ashlar.raid.superblock.SuperblockException;
import dev.ashlar.raid.superblock.SuperblockIo;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The superblock of a RAID 6 of eight members, to bytes and from bytes. */
@BenchmarkMode(Mode.Throughput)
@State(Scope.Thread)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {Flags.VECTOR, Flags.NATIVE, Flags.COLLECTOR, Flags.HEADERS, Flags.HEAP})
public class SuperblockBenchmark {
    private static final int BYTES = 4096;
    private static final long MEMBER_BYTES = 16 << 20;

    private final MemorySegment bytes = MemorySegment.ofArray(new byte[BYTES]);
    private Superblock superblock;

    /** An array is made, and the superblock of its first member read. */
    @Setup
    public void makeArray() throws IOException {
        try (ScratchFolder folder = new ScratchFolder(ScratchFolder.MEMORY)) {
            List<Path> images = folder.paths("member", 8);
            RaidArray.create(new CreateSpec("bench", RaidLevel.RAID6, 2, 64 << 10, MEMBER_BYTES,
                    ConsistencyPolicy.BITMAP, 0, true, false, false, images, List.of()));
            try (BlockDevice first = Devices.open(images.getFirst(), OpenMode.READ_ONLY)) {
                superblock = SuperblockIo.read(first, "member0");
            }
        }
        superblock.encode(bytes, 0);
    }

    /** With checksum and every check that a kernel makes. */
    @Benchmark
    public Superblock decode() throws SuperblockException {
        return Superblock.decode(bytes, 0, superblock.minorVersion(), MEMBER_BYTES / 512);
    }

    /** With checksum. */
    @Benchmark
    public void encode() {
        superblock.encode(bytes, 0);
    }
}
