package dev.ashlar.nbd.server;

import static dev.ashlar.nbd.testkit.WireClient.ESHUTDOWN;
import static dev.ashlar.nbd.testkit.WireClient.READ;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.ServerLimits;
import dev.ashlar.nbd.testkit.ScriptedDevice;
import dev.ashlar.nbd.testkit.WireClient;
import dev.ashlar.nbd.testkit.WireClient.SimpleReply;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** READs of much that must be answered in one piece, and so have to have memory for all of it. */
class PayloadMemoryTest extends WireTestBase {
    private static final int MAX = ServerLimits.MAX_REQUEST_BYTES;
    private static final Duration LONG = Duration.ofHours(1);

    private final ScriptedDevice device = new ScriptedDevice(new MemoryDevice(4L * MAX));
    private final CountDownLatch held = new CountDownLatch(1);

    @AfterEach
    void release() {
        held.countDown();
    }

    private NbdServer serve(long payloadBytes) throws IOException {
        device.script(call -> {
            if (call.equals("read 0+" + MAX)) {
                held.await();
            }
        });
        return serve("tight", ServerLimits.DEFAULTS.withPayloadMemory(payloadBytes, LONG),
                new Export("vol", "", device));
    }

    private WireClient open() throws IOException {
        return wire.open(dir.resolve("tight"), "vol");
    }

    private void awaitCall(String call) {
        await(() -> device.calls().contains(call));
    }

    /** Until a request waits for memory. */
    private static void awaitWait() {
        awaitInside("BufferPool", "await", 1);
    }

    @Test
    void requestThatWaitsForMemoryIsRefusedWhenItsExportIsRemoved() throws Exception {
        NbdServer tight = serve(2L * MAX);
        try (WireClient holder = open(); WireClient waiter = open()) {
            holder.request(0, READ, 1, 0, MAX);
            awaitCall("read 0+" + MAX);
            waiter.request(0, READ, 2, MAX, MAX);
            awaitWait();
            FutureTask<Boolean> removing = new FutureTask<>(() -> tight.removeExport("vol"));
            Thread.ofPlatform().daemon().start(removing);
            assertThat(waiter.simpleReply()).isEqualTo(new SimpleReply(ESHUTDOWN, 2));
            waiter.expectClosed();
            held.countDown();
            assertThat(holder.simpleReply()).isEqualTo(new SimpleReply(0, 1));
            holder.receive(MAX);
            assertThat(removing.get()).isTrue();
            assertThat(device.calls()).as("nothing is begun any more").containsExactly("read 0+" + MAX);
        }
    }

    @Test
    void clientThatHasMuchLeavesSomethingToOthers() throws Exception {
        NbdServer tight = serve(4L * MAX);
        InetSocketAddress tcp = tight.listenTcp("127.0.0.1", 0);
        try (WireClient first = open(); WireClient second = open(); WireClient other = wire.greeted(tcp).go("vol")) {
            first.request(0, READ, 1, 0, MAX);
            awaitCall("read 0+" + MAX);
            second.request(0, READ, 2, MAX, MAX);
            awaitWait();
            assertThat(other.read(2L * MAX, MAX)).as("while the second of one client waits").hasSize(MAX);
        }
    }

    @Test
    void metricsTellWhatPayloadsHold() throws Exception {
        NbdServer tight = serve(2L * MAX);
        try (WireClient holder = open()) {
            holder.request(0, READ, 1, 0, MAX);
            awaitCall("read 0+" + MAX);
            StringBuilder text = new StringBuilder();
            tight.metrics().writeOpenMetrics(text);
            assertThat(text.toString().lines()).contains(
                    "ashlar_nbd_in_flight_bytes " + MAX,
                    "ashlar_nbd_buffer_memory_bytes{pool=\"large_payloads\",state=\"used\"} " + MAX);
            held.countDown();
            assertThat(holder.simpleReply().error()).isZero();
            holder.receive(MAX);
        }
    }
}
