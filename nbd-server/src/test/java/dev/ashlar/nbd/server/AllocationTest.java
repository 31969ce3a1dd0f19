package dev.ashlar.nbd.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.Export;
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
 * The request path makes no garbage, whatever the size of requests and however many come at once. Code that is not
 * compiled yet does, so the best of several measurements counts.
 */
@Timeout(120)
class AllocationTest {
    private static final int ROUNDS = 1000;
    private static final int MEASUREMENTS = 200;
    private static final long TOLERATED_BYTES_PER_REQUEST = 1;

    @TempDir
    Path dir;

    private static long serverThreadId() {
        return Arrays.stream(((ThreadMXBean) ManagementFactory.getThreadMXBean()).dumpAllThreads(false, false))
                .filter(t -> t.getThreadName().matches("nbd-\\d+"))
                .mapToLong(ThreadInfo::getThreadId).max().orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({"0, 4096, 32", "0, 4096, 1", "0, 262144, 4", "1, 4096, 32", "1, 4096, 1", "1, 262144, 4", "3, 0, 32",
        "4, 4096, 8", "6, 4096, 8"})
    void requestsAllocateNothing(int command, int length, int depth) throws IOException {
        try (NbdServer server = new NbdServer()) {
            server.addExport(new Export("vol", "", new MemoryDevice(4 << 20)));
            server.listenUnix(dir.resolve("s"));
            try (WireClient client = WireClient.open(dir.resolve("s"), "vol")) {
                byte[] batch = batch(command, length, depth);
                int replyBytes = depth * (16 + (command == WireClient.READ ? length : 0));
                ByteBuffer sent = ByteBuffer.allocateDirect(batch.length).put(batch);
                long thread = serverThreadId();
                ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
                long least = Long.MAX_VALUE;
                for (int i = 0; i < MEASUREMENTS && least > TOLERATED_BYTES_PER_REQUEST; i++) {
                    long before = threads.getThreadAllocatedBytes(thread);
                    rounds(client, sent, replyBytes);
                    long allocated = threads.getThreadAllocatedBytes(thread) - before;
                    least = Math.min(least, allocated / ((long) ROUNDS * depth));
                }
                assertThat(least).as("bytes per request").isLessThanOrEqualTo(TOLERATED_BYTES_PER_REQUEST);
            }
        }
    }

    @Test
    void theMeasureSeesAllocation() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getThreadAllocatedBytes(Thread.currentThread().threadId());
        byte[] garbage = new byte[100_000];
        assertThat(threads.getThreadAllocatedBytes(Thread.currentThread().threadId()) - before)
                .isGreaterThanOrEqualTo(garbage.length);
    }

    private static byte[] batch(int command, int length, int depth) throws IOException {
        ByteArrayOutputStream batch = new ByteArrayOutputStream();
        for (int i = 0; i < depth; i++) {
            batch.write(WireClient.header(0, command, i, 0, length));
            if (command == WireClient.WRITE) {
                batch.write(new byte[length]);
            }
        }
        return batch.toByteArray();
    }

    private static void rounds(WireClient client, ByteBuffer batch, int replyBytes) throws IOException {
        for (int i = 0; i < ROUNDS; i++) {
            client.send(batch.clear());
            client.receive(replyBytes);
        }
    }
}
