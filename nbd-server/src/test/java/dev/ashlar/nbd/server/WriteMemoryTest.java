package dev.ashlar.nbd.server;

import static dev.ashlar.nbd.testkit.WireClient.READ;
import static dev.ashlar.nbd.testkit.WireClient.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.ServerLimits;
import dev.ashlar.nbd.testkit.ScriptedDevice;
import dev.ashlar.nbd.testkit.ShapedDevice;
import dev.ashlar.nbd.testkit.StyledClient;
import dev.ashlar.nbd.testkit.StyledClient.Style;
import dev.ashlar.nbd.testkit.WireClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Writers where others have most of the memory for writes, or the reply turn for long. */
class WriteMemoryTest extends WireTestBase {
    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;
    private static final int STRIPE = 128 * KIB;
    private static final long AREA = 8L * MIB;

    private final ShapedDevice shaped = new ShapedDevice(new MemoryDevice(40 * AREA)).optimal(STRIPE);
    private final ScriptedDevice device = new ScriptedDevice(shaped);
    private final Set<String> byStages = ConcurrentHashMap.newKeySet();
    private final List<StyledClient> stalled = new ArrayList<>();

    @BeforeEach
    void serve() throws IOException {
        // A quarter of it is for writes.
        serve("tight", ServerLimits.DEFAULTS.withPayloadMemory(128L * MIB, Duration.ofSeconds(60)),
                new Export("vol", "", device));
        device.script(call -> {
            if (Thread.currentThread().getName().endsWith("-writes")) {
                byStages.add(call);
            }
        });
    }

    @AfterEach
    void leave() throws IOException {
        for (StyledClient client : stalled) {
            client.close();
        }
    }

    private StyledClient writer() throws IOException {
        return StyledClient.open(wire, dir.resolve("tight"), "vol", Style.SIMPLE);
    }

    /** Clients that stop in the middle of a payload, when some of it has been written. */
    private void stall(int clients) throws IOException {
        for (int i = 0; i < clients; i++) {
            StyledClient client = writer();
            stalled.add(client);
            long offset = stalled.size() * AREA;
            client.request(0, WRITE, 1, offset, 4 * MIB);
            client.wire().send(new byte[3 * MIB]);
            await(() -> !writes(offset, offset + AREA).isEmpty());
        }
    }

    /** Offset and end of each write within a range. */
    private List<long[]> writes(long from, long to) {
        return device.calls().stream().filter(call -> call.startsWith("write "))
                .map(call -> call.split("[ +]"))
                .map(fields -> new long[] {Long.parseLong(fields[1]), Long.parseLong(fields[2])})
                .map(write -> new long[] {write[0], write[0] + write[1]})
                .filter(write -> write[0] >= from && write[1] <= to)
                .toList();
    }

    @Test
    void writersGetSmallRingsWhenFewLargeOnesAreLeft() throws Exception {
        // Of 32 MiB.
        stall(10);
        byte[] data = TransmissionTest.pattern(1, 2 * MIB);
        try (StyledClient client = writer()) {
            assertThat(client.callWrite(0, 0, data).error()).isZero();
            assertThat(client.read(0, data.length)).isEqualTo(data);
        }
        assertThat(writes(0, AREA)).allSatisfy(write -> {
            assertThat(write[0] % STRIPE).as("whole stripes").isZero();
            assertThat(byStages).as("received while others are written")
                    .contains("write " + write[0] + "+" + (write[1] - write[0]));
        });
    }

    @Test
    void withoutRingsStripesAreStillWrittenWhole() throws Exception {
        stall(11);
        byte[] data = TransmissionTest.pattern(2, 2 * MIB);
        long offset = 100 * KIB;
        try (StyledClient client = writer()) {
            assertThat(client.callWrite(0, offset, data).error()).isZero();
            assertThat(client.read(offset, data.length)).isEqualTo(data);
        }
        List<long[]> writes = writes(0, AREA);
        assertThat(byStages).as("no ring was left").doesNotContain("write " + offset + "+" + (STRIPE - offset));
        for (int i = 1; i < writes.size(); i++) {
            assertThat(writes.get(i)[0]).isEqualTo(writes.get(i - 1)[1]);
            assertThat(writes.get(i)[0] % STRIPE).as("where a write begins in its stripe").isZero();
        }
    }

    /** A stripe that is larger than the buffer is written in parts, but none of them reaches into the next. */
    @Test
    void withoutRingsNoWriteReachesIntoTheNextLargeStripe() throws Exception {
        int stripe = 768 * KIB;
        stall(11);
        shaped.optimal(stripe);
        try (StyledClient client = writer()) {
            assertThat(client.callWrite(0, 100 * KIB, new byte[3 * MIB]).error()).isZero();
        }
        assertThat(writes(0, AREA)).hasSizeGreaterThan(4).allSatisfy(write ->
                assertThat(write[0] / stripe).isEqualTo((write[1] - 1) / stripe));
    }

    @Test
    void stagedWritesAreAnsweredInTheMiddleOfALongRead() throws Exception {
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch answered = new CountDownLatch(1);
        long from = 2 * AREA;
        device.script(call -> {
            if (call.startsWith("write") && Thread.currentThread().getName().endsWith("-writes")) {
                reading.await();
            } else if (call.startsWith("read " + from + "+")) {
                reading.countDown();
            } else if (call.startsWith("read " + (from + 8 * MIB))) {
                answered.await();
            }
        });
        ByteArrayOutputStream requests = new ByteArrayOutputStream();
        requests.writeBytes(WireClient.header(0, WRITE, 1, 0, 3 * MIB));
        requests.writeBytes(new byte[3 * MIB]);
        requests.writeBytes(WireClient.header(0, READ, 2, from, 64 * MIB));
        try (WireClient client = wire.openStructured(dir.resolve("tight"), "vol")) {
            Thread sender = Thread.ofPlatform().daemon().start(() -> {
                try {
                    client.send(requests.toByteArray());
                } catch (IOException _) {
                    // The other side of the test tells.
                }
            });
            long got = 0;
            while (got < 64L * MIB) {
                ByteBuffer begin = client.receive(16);
                if (begin.getInt(0) == 0x67446698) {
                    assertThat(begin.getLong(8)).isEqualTo(1);
                    answered.countDown();
                } else {
                    assertThat(begin.getLong(8)).isEqualTo(2);
                    int length = client.receive(4).getInt();
                    client.receive(length);
                    got += length - Long.BYTES;
                }
            }
            assertThat(answered.getCount()).isZero();
            sender.join();
        } finally {
            answered.countDown();
        }
    }
}
