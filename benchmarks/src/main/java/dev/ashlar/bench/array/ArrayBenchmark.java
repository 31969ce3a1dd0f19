package dev.ashlar.bench.array;

import dev.ashlar.bench.Flags;
import dev.ashlar.bench.Handovers;
import dev.ashlar.raid.ConsistencyPolicy;
import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.array.RaidArray;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
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

/**
 * Requests of an array (RAID 1 has two members), over an area too large for the caches. The rate counts what the client
 * reads or writes. {@link MembersBenchmark} makes the same calls of the members without an array.
 */
@BenchmarkMode(Mode.Throughput)
@State(Scope.Benchmark)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 8, time = 1)
@Fork(value = 1, jvmArgsAppend = {Flags.VECTOR, Flags.NATIVE, Flags.COLLECTOR, Flags.HEADERS, Flags.HEAP})
public class ArrayBenchmark {
    private static final int SMALL = 4 << 10;
    private static final int MEDIUM = 64 << 10;
    private static final int LARGE = Images.LARGE_BYTES;
    private static final long TOUCHED_BYTES = 64 << 20;

    /** RAID level. */
    @Param({"RAID0", "RAID1", "RAID5", "RAID6", "RAID10"})
    public RaidLevel level;

    /** How the array would become consistent after a crash. */
    @Param("BITMAP")
    public ConsistencyPolicy policy;

    /** Members that are lost: the first one, and the third. */
    @Param("0")
    public int lost;

    /** Members of all levels but RAID 1. */
    @Param("8")
    public int members;

    /** Bytes of a chunk. */
    @Param("65536")
    public long chunk;

    /** Size of a member in MiB. */
    @Param("160")
    public int memberMib;

    /** Where the images are. */
    @Param(ScratchFolder.MEMORY)
    public String folder;

    private ScratchFolder scratch;
    private RaidArray array;
    private long stripe;

    @Setup
    public void fillArray() throws IOException {
        scratch = new ScratchFolder(folder);
        List<Path> images = scratch.paths("member", level == RaidLevel.RAID1 ? 2 : members);
        array = Images.open(level, policy, chunk, (long) memberMib << 20, images);
        for (int i = 0; i < lost; i++) {
            array.failMember(images.get(2 * i).toString());
        }
        stripe = level == RaidLevel.RAID1 ? LARGE : Math.max(chunk, array.optimalIoBytes());
        touch();
        Handovers.await();
    }

    /** Reads everything, and makes small writes, so that parity settles on the kernels for what is done here. */
    private void touch() throws IOException {
        MemorySegment memory = MemorySegment.ofArray(new byte[LARGE]);
        for (long at = 0; at + LARGE <= Math.min(array.sizeBytes(), TOUCHED_BYTES); at += LARGE) {
            array.read(at, memory, 0, LARGE);
            array.write(at, memory, 0, SMALL, false);
        }
    }

    @TearDown
    public void deleteArray() throws IOException {
        array.close();
        scratch.close();
    }

    /** 4 KiB anywhere. */
    @Benchmark
    public void readSmall(Client client) throws IOException {
        array.read(client.anywhere(array.sizeBytes(), SMALL), client.target, 0, SMALL);
    }

    /** 64 KiB anywhere. */
    @Benchmark
    public void readMedium(Client client) throws IOException {
        array.read(client.anywhere(array.sizeBytes(), MEDIUM), client.target, 0, MEDIUM);
    }

    /** 1 MiB after 1 MiB. */
    @Benchmark
    public void readSequential(Client client) throws IOException {
        array.read(client.inTurn(array.sizeBytes(), LARGE), client.target, 0, LARGE);
    }

    /** 4 KiB anywhere: a read-modify-write where there is parity. */
    @Benchmark
    public void writeSmall(Client client) throws IOException {
        array.write(client.anywhere(array.sizeBytes(), SMALL), client.source, 0, SMALL, false);
    }

    /** 64 KiB anywhere. */
    @Benchmark
    public void writeMedium(Client client) throws IOException {
        array.write(client.anywhere(array.sizeBytes(), MEDIUM), client.source, 0, MEDIUM, false);
    }

    /** 1 MiB after 1 MiB, whatever the stripes are. */
    @Benchmark
    public void writeSequential(Client client) throws IOException {
        write(client, LARGE);
    }

    /** Stripe after stripe; for RAID 1 that is 1 MiB, for RAID 10 one chunk of each pair. */
    @Benchmark
    public void writeStripe(Client client) throws IOException {
        write(client, stripe);
    }

    private void write(Client client, long length) throws IOException {
        long at = client.inTurn(array.sizeBytes(), length);
        array.write(at, client.source, client.sourceFor(length), length, false);
    }
}
