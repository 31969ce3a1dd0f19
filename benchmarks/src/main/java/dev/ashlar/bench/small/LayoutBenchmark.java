package dev.ashlar.bench.small;

import dev.ashlar.bench.Flags;
import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.layout.MirrorGeometry;
import dev.ashlar.raid.layout.ParityGeometry;
import dev.ashlar.raid.layout.StripedGeometry;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Where a random chunk of an array of eight members lies: what every request computes before anything else. */
@BenchmarkMode(Mode.Throughput)
@State(Scope.Thread)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {Flags.VECTOR, Flags.NATIVE, Flags.COLLECTOR, Flags.HEADERS, Flags.HEAP})
public class LayoutBenchmark {
    private static final int MEMBERS = 8;
    private static final int CHUNK_SECTORS = 128;
    private static final long MEMBER_SECTORS = 1L << 31;
    private static final int LEFT_SYMMETRIC = 2;
    private static final int NEAR_2 = 0x102;

    private final ParityGeometry raid6 =
            ParityGeometry.of(RaidLevel.RAID6, LEFT_SYMMETRIC, MEMBERS, CHUNK_SECTORS, MEMBER_SECTORS);
    private final MirrorGeometry raid10 = MirrorGeometry.raid10(NEAR_2, MEMBERS, CHUNK_SECTORS, MEMBER_SECTORS);
    private final StripedGeometry raid0 = StripedGeometry.of(2, CHUNK_SECTORS, zones());
    private final long[] chunks = new SplittableRandom(1)
            .longs(4096, 0, Math.min(raid0.arrayChunks(), raid10.arrayChunks())).toArray();
    private int next;

    /** Members of two sizes, so that there are two zones. */
    private static long[] zones() {
        long[] sectors = new long[MEMBERS];
        for (int i = 0; i < MEMBERS; i++) {
            sectors[i] = i < MEMBERS / 2 ? MEMBER_SECTORS : 2 * MEMBER_SECTORS;
        }
        return sectors;
    }

    /** Stripe, data role, exponent, and the roles of P and Q. */
    @Benchmark
    public long raid6() {
        long chunk = nextChunk();
        long stripe = raid6.stripeOf(chunk);
        int index = raid6.indexOf(chunk);
        return stripe + raid6.dataRole(stripe, index) + raid6.exponent(stripe, index) + raid6.pRole(stripe)
                + raid6.qRole(stripe);
    }

    /** Role and place of both copies. */
    @Benchmark
    public long raid10() {
        long chunk = nextChunk();
        return raid10.copyRole(chunk, 0) + raid10.copyMemberOffset(chunk, 0) + raid10.copyRole(chunk, 1)
                + raid10.copyMemberOffset(chunk, 1);
    }

    /** Role and place, in one of two zones. */
    @Benchmark
    public long raid0() {
        long chunk = nextChunk();
        return raid0.role(chunk) + raid0.memberOffset(chunk);
    }

    private long nextChunk() {
        return chunks[next++ & chunks.length - 1];
    }
}
