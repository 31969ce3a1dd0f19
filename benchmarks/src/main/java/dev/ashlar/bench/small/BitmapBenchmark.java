package dev.ashlar.bench.small;

import dev.ashlar.bench.Flags;
import dev.ashlar.raid.bitmap.BitmapHeader;
import dev.ashlar.raid.bitmap.WriteIntentBitmap;
import java.io.IOException;
import java.util.SplittableRandom;
import java.util.UUID;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The write-intent bitmap of members of 64 GiB, a bit for 64 MiB, over a store that takes no time. */
@BenchmarkMode(Mode.Throughput)
@State(Scope.Benchmark)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {Flags.VECTOR, Flags.NATIVE, Flags.COLLECTOR, Flags.HEADERS, Flags.HEAP})
public class BitmapBenchmark {
    private static final long SYNC_SECTORS = 1L << 27;
    private static final long BIT_BYTES = 64 << 20;
    private static final int WRITE_BYTES = 4096;

    private WriteIntentBitmap bitmap;

    /** Where one thread writes. */
    @State(Scope.Thread)
    public static class Writes {
        private final long[] offsets = new SplittableRandom(Thread.currentThread().threadId())
                .longs(4096, 0, SYNC_SECTORS / (WRITE_BYTES / 512)).map(block -> block * WRITE_BYTES).toArray();
        private int next;

        long nextOffset() {
            return offsets[next++ & offsets.length - 1];
        }
    }

    /** Every bit is set and durable, as it is in an array that is written to all over. */
    @Setup
    public void setBits() throws IOException {
        BitmapHeader header = BitmapHeader.fresh(new UUID(1, 2), SYNC_SECTORS, BIT_BYTES);
        bitmap = WriteIntentBitmap.create(header, false, (at, source, from, length) -> {});
        bitmap.rewriteAll();
        bitmap.startWrite(0, bitmap.sizeBytes());
        bitmap.endWrite(0, bitmap.sizeBytes(), false);
    }

    /** What each write does before and after: its bit is durable already, and no lock is taken. */
    @Benchmark
    public void markWrite(Writes writes) throws IOException {
        long offset = writes.nextOffset();
        bitmap.startWrite(offset, WRITE_BYTES);
        bitmap.endWrite(offset, WRITE_BYTES, false);
    }

    /** Looking for what has to be synchronised, from a random place on, where nothing has to. */
    @Benchmark
    public long findNeeded(Writes writes) {
        return bitmap.nextNeeded(writes.nextOffset());
    }
}
