package dev.ashlar.bench.array;

import dev.ashlar.bench.Figures;
import dev.ashlar.bench.Flags;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
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
 * What the requests of {@link ArrayBenchmark} cost a RAID 6 at least: positional reads and writes of plain files, no
 * array, no parity, nothing of ours. The rate counts what a client of the array would have read or written.
 */
@BenchmarkMode(Mode.Throughput)
@State(Scope.Benchmark)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 8, time = 1)
@Fork(value = 1, jvmArgsAppend = {Flags.VECTOR, Flags.NATIVE, Flags.COLLECTOR, Flags.HEADERS, Flags.HEAP})
public class MembersBenchmark {
    private static final int PARITY = 2;
    private static final int SMALL = 4 << 10;
    private static final int LARGE = Images.LARGE_BYTES;

    /** Files. */
    @Param("8")
    public int members;

    /** Bytes of a chunk. */
    @Param("65536")
    public int chunk;

    /** Size of a file in MiB. */
    @Param("160")
    public int memberMib;

    /** Where the files are. */
    @Param(ScratchFolder.MEMORY)
    public String folder;

    private final List<FileChannel> files = new ArrayList<>();
    private ScratchFolder scratch;
    private long memberBytes;

    /** The buffers that channels want, over the memory of a client. */
    @State(Scope.Thread)
    public static class Buffers {
        private ByteBuffer source;
        private ByteBuffer target;

        @Setup
        public void wrap(Client client) {
            source = client.source.asByteBuffer();
            target = client.target.asByteBuffer();
        }
    }

    @Setup
    public void fillFiles() throws IOException {
        scratch = new ScratchFolder(folder);
        memberBytes = (long) memberMib << 20;
        ByteBuffer data = ByteBuffer.allocateDirect(LARGE);
        Images.fill(MemorySegment.ofBuffer(data));
        for (Path path : scratch.paths("member", members)) {
            FileChannel file = FileChannel.open(
                    path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
            files.add(file);
            for (long at = 0; at < memberBytes; at += LARGE) {
                writeFully(file, data.clear(), at);
            }
        }
    }

    @TearDown
    public void deleteFiles() throws IOException {
        for (FileChannel file : files) {
            file.close();
        }
        scratch.close();
    }

    /** 4 KiB of one file, anywhere. */
    @Benchmark
    public void readSmall(Client client, Buffers buffers) throws IOException {
        long at = client.anywhere(members * memberBytes, SMALL);
        readFully(file(at), buffers.target.limit(SMALL).position(0), at % memberBytes);
    }

    /** The calls of a read-modify-write of 4 KiB: three files are read, and written. */
    @Benchmark
    public void writeSmall(Client client, Buffers buffers) throws IOException {
        long at = client.anywhere(members * memberBytes, SMALL);
        int first = (int) (at / memberBytes);
        long place = at % memberBytes;
        for (int i = 0; i < 1 + PARITY; i++) {
            readFully(files.get((first + i) % members), buffers.target.limit(SMALL).position(0), place);
        }
        for (int i = 0; i < 1 + PARITY; i++) {
            writeFully(files.get((first + i) % members), buffers.source.limit(SMALL).position(0), place);
        }
    }

    /** A chunk of each file, as a full-stripe write; what stands for P and Q comes from the same memory each time. */
    @Benchmark
    public void writeStripe(Client client, Buffers buffers) throws IOException {
        long at = client.inTurn(memberBytes, chunk);
        long stripe = (long) (members - PARITY) * chunk;
        Figures.bytesPerOperation(stripe);
        int from = (int) client.sourceFor(stripe);
        for (int i = 0; i < members; i++) {
            int begin = i < members - PARITY ? from + i * chunk : (i - members + PARITY) * chunk;
            writeFully(files.get(i), buffers.source.limit(begin + chunk).position(begin), at);
        }
    }

    private FileChannel file(long at) {
        return files.get((int) (at / memberBytes));
    }

    private static void readFully(FileChannel file, ByteBuffer target, long at) throws IOException {
        int begin = target.position();
        while (target.hasRemaining()) {
            if (file.read(target, at + target.position() - begin) < 0) {
                throw new IOException("the file ends at " + file.size());
            }
        }
    }

    private static void writeFully(FileChannel file, ByteBuffer source, long at) throws IOException {
        int begin = source.position();
        while (source.hasRemaining()) {
            file.write(source, at + source.position() - begin);
        }
    }
}
