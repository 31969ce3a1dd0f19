package dev.ashlar.nbd.server;

import static dev.ashlar.nbd.testkit.WireClient.READ;
import static dev.ashlar.nbd.testkit.WireClient.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.ServerLimits;
import dev.ashlar.nbd.TimeLimits;
import dev.ashlar.nbd.testkit.LogCapture;
import dev.ashlar.nbd.testkit.ScriptedDevice;
import dev.ashlar.nbd.testkit.WireClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Peers that keep a connection for nothing. */
@Timeout(60)
class TimeoutTest {
    private static final Duration SHORT = Duration.ofMillis(60);

    @TempDir
    Path dir;

    private final ScriptedDevice device = new ScriptedDevice(new MemoryDevice(64 << 20));
    private NbdServer server;

    private Path serve(TimeLimits times) throws IOException {
        server = new NbdServer(ServerLimits.DEFAULTS.withTimes(times));
        server.addExport(new Export("vol", "", device));
        server.listenUnix(dir.resolve("s"));
        return dir.resolve("s");
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        device.close();
    }

    private static void expectOneLine(LogCapture log, String words) {
        assertThat(log.atLeast(Level.INFO)).filteredOn(line -> line.contains("is closed"))
                .singleElement().asString().contains(words);
    }

    @Test
    void idleClientIsClosedAndTheLogSaysSoOnce() throws IOException {
        Path socket = serve(TimeLimits.DEFAULTS.withIdle(SHORT));
        try (LogCapture log = new LogCapture(); WireClient client = WireClient.open(socket, "vol")) {
            client.read(0, 512);
            client.expectClosed();
            expectOneLine(log, "has sent no request for PT0.06S");
        }
    }

    @Test
    void clientWhoseRequestTakesLongIsNotIdle() throws Exception {
        Path socket = serve(TimeLimits.DEFAULTS.withIdle(SHORT).withStall(SHORT));
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch inside = new CountDownLatch(1);
        device.script(call -> {
            if (call.startsWith("write")) {
                inside.countDown();
                held.await();
            }
        });
        try (WireClient slow = WireClient.open(socket, "vol"); WireClient idle = WireClient.open(socket, "vol")) {
            slow.write(0, 1, 0, new byte[512]);
            inside.await();
            idle.expectClosed();
            held.countDown();
            assertThat(slow.simpleReply().error()).isZero();
        } finally {
            held.countDown();
        }
    }

    @Test
    void clientThatStopsInTheMiddleOfAPayloadIsClosed() throws IOException {
        Path socket = serve(TimeLimits.DEFAULTS.withStall(SHORT));
        try (LogCapture log = new LogCapture();
                WireClient idle = WireClient.open(socket, "vol");
                WireClient client = WireClient.open(socket, "vol")) {
            client.request(0, WRITE, 1, 0, 100_000);
            client.send(new byte[50_000]);
            client.expectClosed();
            expectOneLine(log, "nothing in the middle of a request");
            assertThat(idle.read(0, 512)).as("idling is no stall").hasSize(512);
            assertThat(device.calls()).containsExactly("read 0+512");
        }
    }

    @Test
    void clientThatStopsInTheMiddleOfAHeaderIsClosed() throws IOException {
        Path socket = serve(TimeLimits.DEFAULTS.withStall(SHORT));
        try (WireClient client = WireClient.open(socket, "vol")) {
            client.send(new byte[] {0x25, 0x60});
            client.expectClosed();
        }
    }

    @Test
    void clientThatTakesNoRepliesIsClosedAndOthersGoOn() throws IOException {
        Path socket = serve(TimeLimits.DEFAULTS.withStall(SHORT));
        try (LogCapture log = new LogCapture();
                WireClient other = WireClient.open(socket, "vol");
                WireClient client = WireClient.open(socket, "vol")) {
            client.request(0, READ, 1, 0, 32 << 20);
            while (server.connections().size() == 2) {
                assertThat(other.read(0, 512)).hasSize(512);
            }
            expectOneLine(log, "has taken no reply");
        }
    }

    @Test
    void limitsHoldOnAfterALookHasFailed() throws IOException {
        Path socket = serve(TimeLimits.DEFAULTS.withIdle(SHORT));
        try (LogCapture _ = LogCapture.failingOnceAt("is closed");
                WireClient first = WireClient.open(socket, "vol");
                WireClient second = WireClient.open(socket, "vol")) {
            first.expectClosed();
            second.expectClosed();
        }
        try (WireClient later = WireClient.open(socket, "vol")) {
            later.expectClosed();
        }
    }

    @Test
    void slowHandshakeEndsAtItsLimitHoweverManyBytesCome() throws IOException {
        Path socket = serve(TimeLimits.DEFAULTS.withHandshake(SHORT));
        try (LogCapture log = new LogCapture(); WireClient client = WireClient.connect(socket)) {
            client.greet(3);
            try {
                while (true) {
                    client.optionHeader(WireClient.OPT_LIST, 0);
                    client.optionReply();
                }
            } catch (IOException e) {
                assertThat(server.connections()).hasSizeLessThanOrEqualTo(1);
            }
            assertThat(log.atLeast(Level.INFO)).filteredOn(line -> line.contains("closed")).isEmpty();
        }
    }
}
