package dev.ashlar.nbd.server;

import static dev.ashlar.nbd.testkit.WireClient.ERR_UNKNOWN;
import static dev.ashlar.nbd.testkit.WireClient.OPT_GO;
import static dev.ashlar.nbd.testkit.WireClient.READ;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.AddressRange;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.PeerRules;
import dev.ashlar.nbd.RateLimits;
import dev.ashlar.nbd.ServerLimits;
import dev.ashlar.nbd.TimeLimits;
import dev.ashlar.nbd.testkit.ScriptedDevice;
import dev.ashlar.nbd.testkit.WireClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Exports and limits that change while clients are there. */
@Timeout(60)
class LiveChangeTest {
    private static final PeerRules NO_TCP =
            new PeerRules(false, List.of(AddressRange.parse("192.0.2.0/24")), List.of(), List.of());

    @TempDir
    Path dir;

    private final ScriptedDevice device = new ScriptedDevice(new MemoryDevice(1 << 20));
    private final Export export = new Export("vol", "first", device);
    private NbdServer server;
    private Path socket;
    private InetSocketAddress tcp;

    @BeforeEach
    void serve() throws IOException {
        socket = dir.resolve("s");
        server = new NbdServer();
        server.addExport(export);
        server.listenUnix(socket);
        tcp = server.listenTcp("127.0.0.1", 0);
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        device.close();
    }

    private WireClient overTcp() throws IOException {
        return WireClient.connect(tcp).greet(3);
    }

    private static int go(WireClient client) throws IOException {
        return client.optionReplies(OPT_GO, WireClient.infoData("vol")).getLast().type();
    }

    @Test
    void whomNewRulesDoNotLetInIsAnsweredAndClosedAndOthersStay() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(1);
        try (WireClient local = WireClient.open(socket, "vol"); WireClient remote = overTcp().go("vol")) {
            device.script(call -> {
                inside.countDown();
                held.await();
            });
            remote.request(0, READ, 7, 0, 512);
            inside.await();
            server.changeExport(export.withRules(NO_TCP));
            held.countDown();
            assertThat(remote.simpleReply()).isEqualTo(new WireClient.SimpleReply(0, 7));
            remote.receive(512);
            remote.expectClosed();
            assertThat(local.read(0, 512)).hasSize(512);
        }
        try (WireClient remote = overTcp()) {
            assertThat(go(remote)).isEqualTo(ERR_UNKNOWN);
        }
        server.changeExport(export);
        try (WireClient remote = overTcp().go("vol")) {
            assertThat(remote.read(0, 512)).hasSize(512);
        }
    }

    @Test
    void newClientsSeeNewWordsAndRates() throws IOException {
        server.changeExport(new Export("vol", "second", device).withRotational(true).withRates(new RateLimits(0, 5)));
        try (WireClient client = WireClient.open(socket, "vol")) {
            long began = System.nanoTime();
            for (int i = 0; i < 4; i++) {
                client.read(0, 1);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(250));
        }
    }

    @Test
    void deviceAndReadOnlyCannotBeChanged() {
        assertThatThrownBy(() -> server.changeExport(new Export("vol", "", device, true)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("readOnly");
        assertThatThrownBy(() -> server.changeExport(new Export("vol", "", new MemoryDevice(512))))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("device");
        assertThatThrownBy(() -> server.changeExport(new Export("none", "", device)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("none");
        assertThatThrownBy(() -> server.changeExport(export.withPrivateView(below -> below)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("view");
    }

    @Test
    void newConnectionsAreHeldToNewLimits() throws IOException {
        try (WireClient steady = WireClient.open(socket, "vol")) {
            server.changeLimits(ServerLimits.DEFAULTS.withMaxConnections(1));
            WireClient.connect(socket).expectClosed();
            server.changeLimits(ServerLimits.DEFAULTS
                    .withMaxConnections(65536)
                    .withTimes(TimeLimits.DEFAULTS.withIdle(Duration.ofMillis(40))));
            try (WireClient idle = WireClient.open(socket, "vol")) {
                idle.expectClosed();
            }
            assertThat(steady.read(0, 512)).as("from the time without a limit").hasSize(512);
        }
    }
}
