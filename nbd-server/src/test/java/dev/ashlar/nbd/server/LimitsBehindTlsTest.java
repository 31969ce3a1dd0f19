package dev.ashlar.nbd.server;

import static dev.ashlar.nbd.testkit.WireClient.OPT_GO;
import static dev.ashlar.nbd.testkit.WireClient.REP_ACK;
import static dev.ashlar.nbd.testkit.WireClient.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.RateLimits;
import dev.ashlar.nbd.ServerLimits;
import dev.ashlar.nbd.TimeLimits;
import dev.ashlar.nbd.testkit.LogCapture;
import dev.ashlar.nbd.testkit.ScriptedDevice;
import dev.ashlar.nbd.testkit.Wire;
import dev.ashlar.nbd.testkit.WireClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Fences, time-outs and rates hold where records of TLS lie between the socket and the requests too. */
@Timeout(60)
class LimitsBehindTlsTest {
    @TempDir
    Path dir;

    private final ScriptedDevice device = new ScriptedDevice(new MemoryDevice(1 << 20));
    private final CountDownLatch inside = new CountDownLatch(1);
    private final CountDownLatch held = new CountDownLatch(1);
    private NbdServer server;

    private Path serve(ServerLimits limits, RateLimits rates) throws IOException {
        server = new NbdServer(limits);
        Wire.TLS.prepare(server, dir);
        server.addExport(new Export("vol", "", device).withRates(rates));
        server.listenUnix(dir.resolve("s"));
        return dir.resolve("s");
    }

    @AfterEach
    void close() throws IOException {
        held.countDown();
        server.close();
        device.close();
    }

    private static byte[] block(int value) {
        byte[] block = new byte[512];
        Arrays.fill(block, (byte) value);
        return block;
    }

    @Test
    void writesOfADeadConnectionNeverLandOnThoseOfTheNext() throws Exception {
        Path socket = serve(ServerLimits.DEFAULTS, RateLimits.NONE);
        device.script(call -> {
            if (call.equals("write 0+512")) {
                inside.countDown();
                held.await();
            }
        });
        WireClient dead = Wire.TLS.open(socket, "vol");
        ByteArrayOutputStream two = new ByteArrayOutputStream();
        two.writeBytes(WireClient.header(0, WRITE, 1, 0, 512));
        two.writeBytes(block(1));
        two.writeBytes(WireClient.header(0, WRITE, 2, 4096, 512));
        two.writeBytes(block(1));
        dead.send(two.toByteArray());
        inside.await();
        dead.close();
        try (LogCapture log = new LogCapture(); WireClient next = Wire.TLS.greeted(socket)) {
            FutureTask<Integer> entering = new FutureTask<>(
                    () -> next.optionReplies(OPT_GO, WireClient.infoData("vol")).getLast().type());
            Thread.ofPlatform().daemon().start(entering);
            while (log.atLeast(Level.INFO).stream().noneMatch(line -> line.contains("come back"))) {
                Thread.onSpinWait();
            }
            assertThat(entering.isDone()).as("a write of the dead connection is in the device").isFalse();
            held.countDown();
            assertThat(entering.get()).isEqualTo(REP_ACK);
            assertThat(next.errorOfWrite(0, 0, block(2))).isZero();
            assertThat(next.read(0, 512)).isEqualTo(block(2));
            assertThat(next.read(4096, 512)).as("not begun, so never executed").isEqualTo(block(0));
        }
    }

    @Test
    void clientThatStopsInTheMiddleOfAPayloadIsClosed() throws IOException {
        TimeLimits times = TimeLimits.DEFAULTS.withStall(Duration.ofMillis(60));
        Path socket = serve(ServerLimits.DEFAULTS.withTimes(times), RateLimits.NONE);
        try (WireClient idle = Wire.TLS.open(socket, "vol"); WireClient client = Wire.TLS.open(socket, "vol")) {
            client.request(0, WRITE, 1, 0, 100_000);
            client.send(new byte[50_000]);
            while (server.connections().size() == 2) {
                Thread.onSpinWait();
            }
            assertThat(idle.read(0, 512)).as("idling is no stall").hasSize(512);
            assertThat(device.calls()).containsExactly("read 0+512");
        }
    }

    @Test
    void bytesCountAgainstTheExport() throws IOException {
        Path socket = serve(ServerLimits.DEFAULTS, new RateLimits(4_000_000, 0));
        try (WireClient client = Wire.TLS.open(socket, "vol")) {
            long began = System.nanoTime();
            for (int i = 0; i < 8; i++) {
                assertThat(client.read(0, 100_000)).hasSize(100_000);
                assertThat(client.errorOfWrite(0, 0, new byte[100_000])).isZero();
            }
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(250));
        }
    }
}
