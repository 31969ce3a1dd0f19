package dev.ashlar.bench.array;

import dev.ashlar.bench.Figures;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.ThreadParams;

/** One thread that makes requests: its memory, and where it is. Threads divide what is sequential among themselves. */
@State(Scope.Thread)
public class Client {
    /** Sequential writes take their data from here in turn, as a server's buffers are used. */
    private static final long SOURCE_BYTES = 16 << 20;

    MemorySegment source;
    MemorySegment target;
    private Arena arena;
    private SplittableRandom random;
    private int index;
    private int threads;
    private long next;

    @Setup
    public void fillMemory(ThreadParams thread) {
        index = thread.getThreadIndex();
        threads = thread.getThreadCount();
        random = new SplittableRandom(index);
        arena = Arena.ofShared();
        source = arena.allocate(SOURCE_BYTES, 4096);
        target = arena.allocate(SOURCE_BYTES, 4096);
        Images.fill(source);
    }

    @TearDown
    public void freeMemory() {
        arena.close();
    }

    /** An aligned place for {@code length} bytes anywhere. */
    long anywhere(long sizeBytes, long length) {
        Figures.bytesPerOperation(length);
        return random.nextLong(sizeBytes / length) * length;
    }

    /** The place behind the last one, within this thread's part; at its end it begins again. */
    long inTurn(long sizeBytes, long length) {
        Figures.bytesPerOperation(length);
        long places = Math.max(1, sizeBytes / length / threads);
        return (index * places + next++ % places) * length;
    }

    /** Where in {@link #source} the next {@code length} bytes are taken from; another place each time. */
    long sourceFor(long length) {
        long places = SOURCE_BYTES / length;
        return next % places * length;
    }
}
