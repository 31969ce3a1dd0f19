package dev.ashlar.bench.array;

import dev.ashlar.bench.Figures;
import dev.ashlar.bench.Flags;
import dev.ashlar.block.BlockDevice;
import dev.ashlar.block.Devices;
import dev.ashlar.block.OpenMode;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
 * What the passes of {@link PassBenchmark} cost a RAID 6 at least: the same calls of the same devices, and no parity.
 * By one thread, chunk by chunk.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.SECONDS)
@State(Scope.Benchmark)
@Warmup(iterations = 2)
@Measurement(iterations = 5)
@Fork(value = 1, jvmArgsAppend = {Flags.VECTOR, Flags.NATIVE, Flags.COLLECTOR, Flags.HEADERS, Flags.HEAP})
public class PassCallsBenchmark {
    private static final int PARITY = 2;

    /** Devices. */
    @Param("8")
    public int members;

    /** Devices that are written, once all that is left of a stripe's data blocks has been read. */
    @Param("1")
    public int lost;

    /** Bytes of a chunk. */
    @Param("65536")
    public int chunk;

    /** Size of a device in MiB. */
    @Param("256")
    public int memberMib;

    /** Where the images are. */
    @Param(ScratchFolder.MEMORY)
    public String folder;

    private final List<BlockDevice> devices = new ArrayList<>();
    private ScratchFolder scratch;
    private Arena arena;
    private MemorySegment tiles;
    private long memberBytes;

    @Setup
    public void fillDevices() throws IOException {
        scratch = new ScratchFolder(folder);
        arena = Arena.ofShared();
        memberBytes = (long) memberMib << 20;
        tiles = arena.allocate((long) members * chunk, 4096);
        MemorySegment data = arena.allocate(Images.LARGE_BYTES, 4096);
        Images.fill(data);
        for (Path path : scratch.paths("member", members)) {
            Devices.createImage(path, memberBytes, false);
            BlockDevice device = Devices.open(path, OpenMode.READ_WRITE);
            devices.add(device);
            for (long at = 0; at < memberBytes; at += data.byteSize()) {
                device.write(at, data, 0, data.byteSize(), false);
            }
        }
        Figures.bytesPerOperation(memberBytes);
    }

    @TearDown
    public void deleteDevices() throws IOException {
        for (BlockDevice device : devices) {
            device.close();
        }
        arena.close();
        scratch.close();
    }

    /** As many blocks of each stripe as it has data blocks are read, and the lost ones written; then all is flushed. */
    @Benchmark
    public void rebuild() throws IOException {
        for (long at = 0; at < memberBytes; at += chunk) {
            int first = (int) (at / chunk % members);
            for (int i = 0; i < members - PARITY; i++) {
                devices.get((first + lost + i) % members).read(at, tiles, (long) i * chunk, chunk);
            }
            for (int i = 0; i < lost; i++) {
                devices.get((first + i) % members).write(at, tiles, (long) i * chunk, chunk, false);
            }
        }
        for (BlockDevice device : devices) {
            device.flush();
        }
    }

    /** Everything is read. */
    @Benchmark
    public void check() throws IOException {
        for (long at = 0; at < memberBytes; at += chunk) {
            for (int i = 0; i < members; i++) {
                devices.get(i).read(at, tiles, (long) i * chunk, chunk);
            }
        }
    }
}
