package dev.ashlar.nbd.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.testkit.StyledClient;
import dev.ashlar.nbd.testkit.StyledClient.Style;
import dev.ashlar.nbd.testkit.Wire;
import dev.ashlar.nbd.testkit.WireClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The request path makes no garbage, whatever the kind and size of requests and however many come at once, on the
 * connection's thread and on its write stage's. Code that is not compiled yet does, so the best of several measurements
 * counts.
 */
@Timeout(120)
class AllocationTest {
    private static final int SIZE = 64 << 20;
    private static final int WRITTEN = 4 << 20;
    private static final int MEASUREMENTS = 200;
    private static final long MOST_BYTES_PER_MEASUREMENT = 256 << 20;
    private static final int MOST_ROUNDS = 1000;
    private static final long TOLERATED_BYTES_PER_REQUEST = 1;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Kinds of requests, and the size of the reply to each beside its header. */
    enum Kind {
        READ(WireClient.READ, 0, 8),
        READ_UNDIVIDED(WireClient.READ, WireClient.DF, 8),
        HOLE(WireClient.READ, 0, 12),
        WRITE(WireClient.WRITE, 0, 0),
        WRITE_FUA(WireClient.WRITE, WireClient.FUA, 0),
        FLUSH(WireClient.FLUSH, 0, 0),
        TRIM(WireClient.TRIM, 0, 0),
        CACHE(WireClient.CACHE, 0, 0),
        ZEROES(WireClient.WRITE_ZEROES, 0, 0),
        STATUS(StyledClient.BLOCK_STATUS, 0, 0),
        STATUS_CHOSEN(StyledClient.BLOCK_STATUS, StyledClient.PAYLOAD_LEN, 0),
        REFUSED(WireClient.READ, 1 << 15, 0);

        private final int command;
        private final int flags;
        private final int chunkBytes;

        Kind(int command, int flags, int chunkBytes) {
            this.command = command;
            this.flags = flags;
            this.chunkBytes = chunkBytes;
        }

        int replyBytes(Style style, int length) {
            boolean data = this == READ || this == READ_UNDIVIDED;
            boolean status = command == StyledClient.BLOCK_STATUS;
            return switch (style) {
                case SIMPLE -> 16 + (data ? length : 0);
                case STRUCTURED ->
                    (chunkBytes > 0 || status ? 20 : 16) + chunkBytes + (data ? length : status ? 12 : 0);
                case EXTENDED -> 32 + chunkBytes + (data ? length : status ? 24 : 0);
            };
        }

        byte[] request(StyledClient client, int number, int length) {
            return switch (this) {
                case HOLE -> client.header(flags, command, number, SIZE / 2, length);
                case FLUSH -> client.header(flags, command, number, 0, 0);
                case WRITE, WRITE_FUA -> client.writeBytes(flags, number, (long) number * length, new byte[length]);
                case STATUS_CHOSEN -> ByteBuffer.allocate(44).put(client.header(flags, command, number, 0, 12))
                        .putLong(length).putInt(1).array();
                default -> client.header(flags, command, number, 0, length);
            };
        }
    }

    @TempDir
    Path dir;

    private static long allocatedBytes() {
        long[] ids = Arrays.stream(THREADS.dumpAllThreads(false, false))
                .filter(thread -> thread.getThreadName().matches("nbd-\\d+(-writes)?"))
                .mapToLong(ThreadInfo::getThreadId).toArray();
        assertThat(ids).isNotEmpty();
        return Arrays.stream(THREADS.getThreadAllocatedBytes(ids)).filter(bytes -> bytes > 0).sum();
    }

    @ParameterizedTest
    @CsvSource({
        "READ, SIMPLE, 4096, 32", "READ, SIMPLE, 4096, 1", "READ, SIMPLE, 262144, 4",
        "READ, STRUCTURED, 4096, 32", "READ, STRUCTURED, 262144, 4", "READ, EXTENDED, 4096, 32",
        "READ, EXTENDED, 4096, 1", "READ, EXTENDED, 262144, 4", "READ, EXTENDED, 512, 64",
        "READ_UNDIVIDED, STRUCTURED, 65536, 8", "READ_UNDIVIDED, EXTENDED, 65536, 8",
        "HOLE, STRUCTURED, 65536, 16", "HOLE, EXTENDED, 4096, 16", "HOLE, EXTENDED, 8388608, 16",
        "WRITE, SIMPLE, 4096, 32", "WRITE, SIMPLE, 4096, 1", "WRITE, SIMPLE, 262144, 4", "WRITE, SIMPLE, 65536, 16",
        "WRITE, EXTENDED, 4096, 32", "WRITE, EXTENDED, 65536, 16", "WRITE, EXTENDED, 1048576, 3",
        "WRITE_FUA, SIMPLE, 4096, 8", "WRITE_FUA, EXTENDED, 262144, 4",
        "FLUSH, SIMPLE, 0, 32", "FLUSH, EXTENDED, 0, 32", "TRIM, SIMPLE, 4096, 8", "TRIM, EXTENDED, 4096, 8",
        "CACHE, SIMPLE, 4096, 8", "CACHE, EXTENDED, 4096, 8", "ZEROES, SIMPLE, 4096, 8", "ZEROES, EXTENDED, 4096, 8",
        "STATUS, STRUCTURED, 1048576, 8", "STATUS, EXTENDED, 1048576, 8", "STATUS_CHOSEN, EXTENDED, 1048576, 8",
        "REFUSED, SIMPLE, 4096, 8"
    })
    void requestsAllocateNothing(Kind kind, Style style, int length, int depth) throws IOException {
        try (NbdServer server = new NbdServer(); MemoryDevice device = new MemoryDevice(SIZE)) {
            server.addExport(new Export("vol", "", device));
            server.listenUnix(dir.resolve("s"));
            boolean status = kind.command == StyledClient.BLOCK_STATUS;
            String[] contexts = status ? new String[] {"base:allocation"} : new String[0];
            try (StyledClient client = StyledClient.open(Wire.PLAIN, dir.resolve("s"), "vol", style, contexts)) {
                assertThat(client.callWrite(0, 0, new byte[WRITTEN]).error()).isZero();
                measure(client, batch(client, kind, length, depth), depth * kind.replyBytes(style, length), depth);
            }
        }
    }

    private static void measure(StyledClient client, ByteBuffer batch, int replyBytes, int depth) throws IOException {
        int rounds = (int) Math.min(MOST_ROUNDS, MOST_BYTES_PER_MEASUREMENT / (batch.capacity() + replyBytes));
        long least = Long.MAX_VALUE;
        for (int i = 0; i < MEASUREMENTS && least > TOLERATED_BYTES_PER_REQUEST; i++) {
            long before = allocatedBytes();
            for (int round = 0; round < rounds; round++) {
                client.wire().send(batch.clear());
                client.wire().receive(replyBytes);
            }
            least = Math.min(least, Math.abs(allocatedBytes() - before) / ((long) rounds * depth));
        }
        assertThat(least).as("bytes per request").isLessThanOrEqualTo(TOLERATED_BYTES_PER_REQUEST);
    }

    @Test
    void theMeasureSeesAllocation() {
        long before = THREADS.getThreadAllocatedBytes(Thread.currentThread().threadId());
        byte[] garbage = new byte[100_000];
        assertThat(THREADS.getThreadAllocatedBytes(Thread.currentThread().threadId()) - before)
                .isGreaterThanOrEqualTo(garbage.length);
    }

    private static ByteBuffer batch(StyledClient client, Kind kind, int length, int depth) {
        ByteArrayOutputStream batch = new ByteArrayOutputStream();
        for (int i = 0; i < depth; i++) {
            batch.writeBytes(kind.request(client, i, length));
        }
        return ByteBuffer.allocateDirect(batch.size()).put(batch.toByteArray());
    }
}
