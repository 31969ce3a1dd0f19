package dev.ashlar.nbd.server;

import static dev.ashlar.nbd.testkit.WireClient.ERR_UNKNOWN;
import static dev.ashlar.nbd.testkit.WireClient.ESHUTDOWN;
import static dev.ashlar.nbd.testkit.WireClient.OPT_GO;
import static dev.ashlar.nbd.testkit.WireClient.READ;
import static dev.ashlar.nbd.testkit.WireClient.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.Endpoint;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.ServerLimits;
import dev.ashlar.nbd.testkit.LogCapture;
import dev.ashlar.nbd.testkit.ScriptedDevice;
import dev.ashlar.nbd.testkit.Wire;
import dev.ashlar.nbd.testkit.WireClient;
import dev.ashlar.nbd.testkit.WireClient.SimpleReply;
import dev.ashlar.nbd.transport.ListeningSocket;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Listeners, exports that come and go, shutdown. */
@ParameterizedClass
@EnumSource(Wire.class)
@Timeout(60)
class ServerLifeTest {
    private static final long SIZE = 1 << 20;
    private static final ServerLimits SHORT_DRAIN = ServerLimits.DEFAULTS.withDrainTimeout(Duration.ofMillis(50));

    @Parameter
    Wire wire;

    @TempDir
    Path dir;

    private final ScriptedDevice device = new ScriptedDevice(new MemoryDevice(SIZE));
    private final CountDownLatch inside = new CountDownLatch(1);
    private final CountDownLatch held = new CountDownLatch(1);
    private Path socket;
    private NbdServer server;

    @BeforeEach
    void serve() throws IOException {
        socket = dir.resolve("s");
        server = prepared(new NbdServer());
        server.addExport(new Export("vol", "", device));
        server.listenUnix(socket);
    }

    private NbdServer prepared(NbdServer fresh) throws IOException {
        wire.prepare(fresh, dir);
        return fresh;
    }

    @AfterEach
    void close() throws IOException {
        held.countDown();
        server.close();
        device.close();
    }

    private void holdWrites() {
        device.script(call -> {
            if (call.startsWith("write")) {
                inside.countDown();
                held.await();
            }
        });
    }

    private <T> CompletableFuture<T> async(Callable<T> call) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                result.complete(call.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    private void awaitExportGone() throws IOException {
        int result;
        do {
            try (WireClient probe = wire.greeted(socket)) {
                result = probe.optionReplies(OPT_GO, WireClient.infoData("vol")).getLast().type();
            }
        } while (result != ERR_UNKNOWN);
    }

    @Test
    void tcpAndUnixServeTheSameExportAtOnce() throws IOException {
        InetSocketAddress tcp = server.listenTcp("127.0.0.1", 0);
        assertThat(tcp.getPort()).isPositive();
        try (WireClient overTcp = wire.greeted(tcp).go("vol");
                WireClient overUnix = wire.open(socket, "vol")) {
            assertThat(overTcp.errorOfWrite(0, 0, new byte[] {1, 2, 3})).isZero();
            assertThat(overUnix.read(0, 3)).isEqualTo(new byte[] {1, 2, 3});
            assertThat(server.connections()).extracting(c -> c.peer().startsWith("127.0.0.1:"))
                    .containsExactly(true, false);
        }
    }

    @Test
    void everyAddressOfAHostHasTheSamePort() throws IOException {
        int port = server.listenTcp("localhost", 0).getPort();
        assertThat(server.addresses()).filteredOn(Endpoint.Tcp.class::isInstance).isNotEmpty().allSatisfy(
                address -> WireClient.connect(((Endpoint.Tcp) address).address()).greet(3).go("vol").close());
        assertThat(server.addresses()).extracting(Object::toString)
                .contains("127.0.0.1:" + port, socket.toString());
    }

    @Test
    void takenPortIsAClearError() throws IOException {
        int port = server.listenTcp("127.0.0.1", 0).getPort();
        assertThatThrownBy(() -> server.listenTcp("127.0.0.1", port))
                .isInstanceOf(BindException.class).hasMessageContaining("127.0.0.1:" + port);
    }

    @Test
    void unknownHostIsAClearError() {
        assertThatThrownBy(() -> server.listenTcp("no-such-host.invalid", 0))
                .isInstanceOf(UnknownHostException.class).hasMessageContaining("no-such-host.invalid");
    }

    @Test
    void staleSocketFileIsReplaced() throws IOException {
        Path stale = dir.resolve("stale");
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(stale));
        }
        assertThat(stale).exists();
        server.listenUnix(stale);
        try (WireClient client = wire.open(stale, "vol")) {
            assertThat(client.read(0, 1)).hasSize(1);
        }
    }

    @Test
    void socketFileOfALivingServerIsRefused() throws IOException {
        try (NbdServer second = new NbdServer()) {
            assertThatThrownBy(() -> second.listenUnix(socket))
                    .isInstanceOf(BindException.class).hasMessageContaining("running server");
        }
        try (WireClient client = wire.open(socket, "vol")) {
            assertThat(client.read(0, 1)).hasSize(1);
        }
    }

    @Test
    void ofServersThatFindAStaleFileAtOnceOneListens() throws Exception {
        for (int round = 0; round < 30; round++) {
            Path stale = dir.resolve("stale" + round);
            try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                dead.bind(UnixDomainSocketAddress.of(stale));
            }
            List<NbdServer> servers = Stream.generate(NbdServer::new).limit(4).toList();
            CountDownLatch ready = new CountDownLatch(servers.size());
            List<CompletableFuture<Boolean>> listening = servers.stream().map(each -> async(() -> {
                ready.countDown();
                ready.await();
                try {
                    each.listenUnix(stale);
                    return true;
                } catch (BindException _) {
                    return false;
                }
            })).toList();
            List<NbdServer> winners = new ArrayList<>();
            for (int i = 0; i < servers.size(); i++) {
                if (listening.get(i).get()) {
                    winners.add(servers.get(i));
                }
            }
            assertThat(winners).hasSize(1);
            winners.getFirst().addExport(new Export("vol", "", device));
            WireClient.open(stale, "vol").close();
            servers.forEach(NbdServer::close);
            assertThat(stale).doesNotExist();
        }
    }

    @Test
    void allSocketsAreGivenBackWhereOneIsNotServed() throws Exception {
        List<ListeningSocket> sockets = new ArrayList<>();
        for (String host : new String[] {"127.0.0.1", "127.0.0.2"}) {
            sockets.add(ListeningSocket.tcp(new InetSocketAddress(host, 0), 16));
        }
        server.shutdown(Duration.ofSeconds(5));
        assertThatThrownBy(() -> server.start(sockets, () -> {})).isInstanceOf(IllegalStateException.class);
        for (ListeningSocket socket : sockets) {
            assertThatThrownBy(() -> WireClient.connect(((Endpoint.Tcp) socket.address()).address()))
                    .isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void fileThatIsNoSocketIsRefusedAndKept() throws IOException {
        Path file = Files.writeString(dir.resolve("file"), "precious");
        assertThatThrownBy(() -> server.listenUnix(file))
                .isInstanceOf(BindException.class).hasMessageContaining("not a socket");
        assertThat(file).hasContent("precious");
    }

    @Test
    void socketFileIsRemovedAtClose() {
        assertThat(socket).exists();
        server.close();
        assertThat(socket).doesNotExist();
    }

    @Test
    void socketFileOfAnotherIsKeptAtClose() throws IOException {
        Files.delete(socket);
        Files.writeString(socket, "another's");
        server.close();
        assertThat(socket).hasContent("another's");
    }

    @Test
    void exportsComeWhileTheServerRuns() throws IOException {
        try (WireClient client = wire.greeted(socket)) {
            assertThat(client.optionResult(OPT_GO, WireClient.infoData("late"))).isEqualTo(ERR_UNKNOWN);
            server.addExport(new Export("late", "", new MemoryDevice(512)));
            client.go("late");
        }
    }

    @Test
    void secondExportOfOneNameIsRefused() {
        assertThatThrownBy(() -> server.addExport(new Export("vol", "", device)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("name=vol");
    }

    @Test
    void removingAnUnknownExportIsRefused() {
        assertThatThrownBy(() -> server.removeExport("none"))
                .isInstanceOf(NoSuchElementException.class).hasMessageContaining("name=none");
    }

    @Test
    void removedExportClosesIdleClientsAndCanComeBack() throws Exception {
        try (WireClient client = wire.open(socket, "vol")) {
            client.read(0, 1);
            assertThat(server.removeExport("vol")).isTrue();
            client.expectClosed();
            server.addExport(new Export("vol", "", device));
            wire.open(socket, "vol").close();
        }
    }

    @Test
    void removedExportAnswersWhatWasInFlightThenCloses() throws Exception {
        holdWrites();
        try (WireClient client = wire.open(socket, "vol"); WireClient other = wire.open(socket, "vol")) {
            client.write(0, 1, 0, new byte[] {1, 2, 3});
            inside.await();
            client.request(0, READ, 2, 0, 3);
            CompletableFuture<Boolean> removed = async(() -> server.removeExport("vol"));
            awaitExportGone();
            other.expectClosed();
            assertThat(removed).as("a write is in the device").isNotDone();
            held.countDown();
            assertThat(client.simpleReply()).isEqualTo(new SimpleReply(0, 1));
            assertThat(client.simpleReply()).isEqualTo(new SimpleReply(0, 2));
            assertThat(client.receiveBytes(3)).isEqualTo(new byte[] {1, 2, 3});
            client.expectClosed();
            assertThat(removed.get()).isTrue();
        }
    }

    @Test
    void requestsBehindTheLastOnesOfARemovedExportGetEshutdown() throws Exception {
        CountDownLatch lastInside = new CountDownLatch(1);
        CountDownLatch lastHeld = new CountDownLatch(1);
        holdWrites();
        try (WireClient client = wire.open(socket, "vol"); WireClient later = wire.open(socket, "vol")) {
            client.write(0, 1, 0, new byte[] {1});
            inside.await();
            client.request(0, READ, 2, 0, 1);
            CompletableFuture<Boolean> removed = async(() -> server.removeExport("vol"));
            later.expectClosed();
            device.script(_ -> {
                lastInside.countDown();
                lastHeld.await();
            });
            held.countDown();
            lastInside.await();
            client.request(0, READ, 3, 0, 1);
            client.write(0, 4, 0, new byte[100_000]);
            lastHeld.countDown();
            assertThat(client.simpleReply()).isEqualTo(new SimpleReply(0, 1));
            assertThat(client.simpleReply()).isEqualTo(new SimpleReply(0, 2));
            client.receive(1);
            assertThat(client.simpleReply()).isEqualTo(new SimpleReply(ESHUTDOWN, 3));
            assertThat(client.simpleReply()).isEqualTo(new SimpleReply(ESHUTDOWN, 4));
            client.expectClosed();
            assertThat(removed.get()).isTrue();
            assertThat(device.calls()).containsExactly("write 0+1", "read 0+1");
        }
    }

    @Test
    void clientThatStallsInAPayloadIsCutOffAtTheDeadline() throws Exception {
        try (NbdServer hasty = prepared(new NbdServer(SHORT_DRAIN))) {
            hasty.addExport(new Export("vol", "", device));
            hasty.listenUnix(dir.resolve("hasty"));
            try (WireClient client = wire.open(dir.resolve("hasty"), "vol")) {
                client.read(0, 1);
                client.request(0, WRITE, 1, 0, 100_000);
                client.send(new byte[50_000]);
                assertThat(hasty.removeExport("vol")).isTrue();
                client.expectClosed();
                assertThat(device.calls()).containsExactly("read 0+1");
            }
        }
    }

    @Test
    void removalSaysWhenTheDeviceIsStillBusy() throws Exception {
        holdWrites();
        try (NbdServer hasty = prepared(new NbdServer(SHORT_DRAIN))) {
            hasty.addExport(new Export("vol", "", device));
            hasty.listenUnix(dir.resolve("hasty"));
            try (WireClient client = wire.open(dir.resolve("hasty"), "vol")) {
                client.write(0, 1, 0, new byte[512]);
                inside.await();
                assertThat(hasty.removeExport("vol")).isFalse();
                client.expectClosed();
                held.countDown();
            }
        }
    }

    @Test
    void shutdownAnswersWhatIsInFlight() throws Exception {
        holdWrites();
        try (WireClient client = wire.open(socket, "vol"); WireClient idle = wire.open(socket, "vol")) {
            client.write(0, 1, 0, new byte[512]);
            inside.await();
            CompletableFuture<Boolean> stopped = async(() -> server.shutdown(Duration.ofSeconds(30)));
            idle.expectClosed();
            assertThat(stopped).isNotDone();
            held.countDown();
            assertThat(client.simpleReply()).isEqualTo(new SimpleReply(0, 1));
            client.expectClosed();
            assertThat(stopped.get()).isTrue();
            assertThat(server.connections()).isEmpty();
            assertThatThrownBy(() -> WireClient.connect(socket)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void shutdownTwiceAndListeningAfterwardsAreHarmless() throws Exception {
        assertThat(server.shutdown(Duration.ofSeconds(5))).isTrue();
        assertThat(server.shutdown(Duration.ofSeconds(5))).isTrue();
        assertThatThrownBy(() -> server.listenUnix(socket)).isInstanceOf(IllegalStateException.class);
        assertThat(socket).doesNotExist();
    }

    @Test
    void connectionsBeyondTheLimitAreClosedAndPlacesAreGivenBack() throws Exception {
        try (NbdServer small = prepared(new NbdServer(ServerLimits.DEFAULTS.withMaxConnections(2)))) {
            small.addExport(new Export("vol", "", device));
            Path smallSocket = dir.resolve("small");
            small.listenUnix(smallSocket);
            try (WireClient first = wire.open(smallSocket, "vol");
                    WireClient second = wire.open(smallSocket, "vol")) {
                try (WireClient third = WireClient.connect(smallSocket)) {
                    third.expectClosed();
                }
                first.close();
                while (small.connections().size() > 1) {
                    Thread.onSpinWait();
                }
                wire.open(smallSocket, "vol").close();
                assertThat(second.read(0, 1)).hasSize(1);
            }
        }
    }

    @Test
    void portProbesLeaveNothingInTheLog() throws IOException {
        InetSocketAddress tcp = server.listenTcp("127.0.0.1", 0);
        try (LogCapture log = new LogCapture()) {
            for (int i = 0; i < 50; i++) {
                WireClient.connect(tcp).close();
                WireClient.connect(socket).close();
            }
            // Connections are accepted in order, so these come after the probes.
            abort(WireClient.connect(tcp));
            abort(WireClient.connect(socket));
            while (!server.connections().isEmpty()) {
                Thread.onSpinWait();
            }
            assertThat(log.atLeast(Level.INFO)).isEmpty();
        }
    }

    private static void abort(WireClient connected) throws IOException {
        try (WireClient client = connected.greet(3)) {
            client.optionResult(WireClient.OPT_ABORT);
        }
    }

    @Test
    void clientThatVanishesIsForgotten() throws IOException {
        WireClient client = wire.open(socket, "vol");
        client.request(0, WRITE, 1, 0, 1 << 20);
        client.close();
        while (!server.connections().isEmpty()) {
            Thread.onSpinWait();
        }
        assertThat(device.calls()).isEmpty();
    }
}
