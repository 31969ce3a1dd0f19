package dev.ashlar.nbd.server;

import static dev.ashlar.nbd.testkit.WireClient.DISC;
import static dev.ashlar.nbd.testkit.WireClient.ERR_UNKNOWN;
import static dev.ashlar.nbd.testkit.WireClient.OPT_GO;
import static dev.ashlar.nbd.testkit.WireClient.OPT_STARTTLS;
import static dev.ashlar.nbd.testkit.WireClient.READ;
import static dev.ashlar.nbd.testkit.WireClient.REP_ACK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.ServerLimits;
import dev.ashlar.nbd.TlsSettings;
import dev.ashlar.nbd.testkit.LogCapture;
import dev.ashlar.nbd.testkit.TestCa;
import dev.ashlar.nbd.testkit.TlsFiles;
import dev.ashlar.nbd.testkit.WireClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens on a connection behind TLS, and on one that fails to get there. */
@Timeout(60)
class TlsConnectionTest {
    private static final TestCa CA = new TestCa("test CA");
    private static final int MIB = 1 << 20;
    private static final int SIZE = 8 * MIB;

    @TempDir
    Path dir;

    private Path socket;
    private NbdServer server;

    @BeforeEach
    void serve() throws IOException {
        socket = dir.resolve("s");
        serve(ServerLimits.DEFAULTS);
    }

    private void serve(ServerLimits limits) throws IOException {
        close();
        server = new NbdServer(limits);
        server.addExport(new Export("vol", "", new MemoryDevice(SIZE)));
        server.useTls(TlsSettings.directory(TlsFiles.write(dir.resolve("pki"), CA, CA.server(), null)));
        server.listenUnix(socket);
    }

    @AfterEach
    void close() {
        if (server != null) {
            server.close();
        }
    }

    private WireClient greeted() throws IOException {
        return WireClient.connect(socket).greet(3);
    }

    private WireClient opened() throws IOException {
        return greeted().startTls(CA.clientContext(null)).go("vol");
    }

    private static SSLEngine engine(String protocol) {
        SSLEngine engine = CA.clientContext(null).createSSLEngine("localhost", 10809);
        engine.setUseClientMode(true);
        engine.setEnabledProtocols(new String[] {protocol});
        return engine;
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void bothVersionsServe(String protocol) throws IOException {
        try (WireClient client = greeted().startTls(engine(protocol)).go("vol")) {
            assertThat(client.tls().engine().getSession().getProtocol()).isEqualTo(protocol);
            assertThat(client.tls().engine().getSession().getCipherSuite()).contains("AES_128_GCM");
            byte[] data = new byte[3 * MIB];
            new Random(1).nextBytes(data);
            assertThat(client.errorOfWrite(0, 12345, data)).isZero();
            assertThat(client.read(12345, data.length)).isEqualTo(data);
        }
    }

    @Test
    void rsaKeysServeToo() throws IOException {
        TlsFiles.write(dir.resolve("pki"), CA, CA.rsaServer(), null);
        server.reloadTls();
        try (WireClient client = greeted().startTls(engine("TLSv1.2")).go("vol")) {
            assertThat(client.tls().engine().getSession().getCipherSuite()).contains("ECDHE_RSA");
            assertThat(client.read(0, 1)).hasSize(1);
        }
        opened().close();
    }

    /** By hand: the JDK's client refuses to try. */
    @Test
    void olderVersionsAreRefused() throws IOException {
        try (WireClient client = greeted()) {
            assertThat(client.optionResult(OPT_STARTTLS)).isEqualTo(REP_ACK);
            ByteBuffer hello = ByteBuffer.allocate(200);
            hello.put((byte) 22).put(TestCa.hex("0301")).putShort((short) 0).put((byte) 1).put(TestCa.hex("000000"));
            hello.put(TestCa.hex("0302")).put(new byte[32]).put((byte) 0);
            hello.putShort((short) 4).put(TestCa.hex("c009c013")).put(TestCa.hex("0100"));
            hello.putShort(3, (short) (hello.position() - 5)).putShort(7, (short) (hello.position() - 9));
            client.send(hello.flip());
            assertThat(client.receiveBytes(7)).as("fatal protocol_version, as a TLS 1.1 or 1.2 alert")
                    .startsWith(21, 3).endsWith(0, 2, 2, 70);
            client.expectClosed();
        }
    }

    @Test
    void plainOptionBehindStartTlsEndsTheConnection() throws IOException {
        try (WireClient client = greeted(); LogCapture log = new LogCapture()) {
            ByteArrayOutputStream both = new ByteArrayOutputStream();
            both.write(option(OPT_STARTTLS, new byte[0]));
            both.write(option(OPT_GO, WireClient.infoData("vol")));
            client.send(both.toByteArray());
            assertThat(client.optionReply().type()).isEqualTo(REP_ACK);
            client.expectNothingUsable();
            assertThat(server.connections()).allMatch(c -> c.export() == null);
            assertThat(log.atLeast(Level.WARN)).anyMatch(line -> line.contains("does not send TLS records"));
        }
    }

    private static byte[] option(int code, byte[] data) {
        return ByteBuffer.allocate(16 + data.length).putLong(0x49484156454F5054L).putInt(code).putInt(data.length)
                .put(data).array();
    }

    @Test
    void silenceInTheTlsHandshakeIsBoundedByTheHandshakeLimit() throws IOException {
        serve(ServerLimits.DEFAULTS.withHandshakeTimeout(Duration.ofMillis(300)));
        try (WireClient silent = greeted(); WireClient slow = greeted()) {
            assertThat(silent.optionResult(OPT_STARTTLS)).isEqualTo(REP_ACK);
            assertThat(slow.optionResult(OPT_STARTTLS)).isEqualTo(REP_ACK);
            slow.send((byte) 22, (byte) 3, (byte) 1, (byte) 2);
            silent.expectClosed();
            slow.expectClosed();
        }
    }

    @Test
    void lossOfTheClientInTheTlsHandshakeEndsTheConnection() throws Exception {
        try (WireClient client = greeted(); LogCapture log = new LogCapture()) {
            assertThat(client.optionResult(OPT_STARTTLS)).isEqualTo(REP_ACK);
            client.send((byte) 22, (byte) 3, (byte) 1);
            client.close();
            awaitNoConnections();
            assertThat(log.atLeast(Level.WARN)).anyMatch(line -> line.contains("in the middle of the TLS handshake"));
        }
    }

    private void awaitNoConnections() {
        while (!server.connections().isEmpty()) {
            Thread.onSpinWait();
        }
    }

    @Test
    void discIsAnsweredWithCloseNotifyAfterAllReplies() throws IOException {
        try (WireClient client = opened()) {
            for (int i = 0; i < 8; i++) {
                client.request(0, READ, i, 0, 100_000);
            }
            client.request(0, DISC, 9, 0, 0);
            for (int i = 0; i < 8; i++) {
                assertThat(client.simpleReply().cookie()).isEqualTo(i);
                client.receive(100_000);
            }
            client.expectClosed();
            assertThat(client.tls().engine().isInboundDone()).isTrue();
        }
    }

    @Test
    void closeNotifyWithoutDiscEndsTheConnectionAfterAllReplies() throws IOException {
        try (WireClient client = opened()) {
            client.request(0, READ, 1, 0, 100_000);
            client.endOutput();
            assertThat(client.simpleReply().cookie()).isEqualTo(1);
            client.receive(100_000);
            client.expectClosed();
            awaitNoConnections();
        }
    }

    @Test
    void endWithoutCloseNotifyIsAnErrorInTheLogNotACleanEnd() throws IOException {
        Level before = setDebug();
        try (LogCapture log = new LogCapture(); WireClient client = opened()) {
            client.socket().shutdownOutput();
            client.expectClosed();
            awaitNoConnections();
            assertThat(log.atLeast(Level.DEBUG)).anyMatch(line -> line.contains("closed without ending TLS"));
        } finally {
            logger().setLevel(before);
        }
    }

    private static ch.qos.logback.classic.Logger logger() {
        return (ch.qos.logback.classic.Logger) org.slf4j.LoggerFactory.getLogger("dev.ashlar.nbd");
    }

    private static Level setDebug() {
        Level before = logger().getLevel();
        logger().setLevel(Level.DEBUG);
        return before;
    }

    @Test
    void writeCutOffInTheMiddleIsNotExecuted() throws IOException {
        try (WireClient client = opened()) {
            client.request(0, WireClient.WRITE, 1, 0, MIB);
            client.send(new byte[MIB / 2]);
            client.endOutput();
            client.expectClosed();
            awaitNoConnections();
        }
        try (WireClient client = opened()) {
            assertThat(client.read(0, MIB)).isEqualTo(new byte[MIB]);
        }
    }

    @Test
    void spoiltRecordEndsTheConnectionWithAnAlert() throws IOException {
        try (WireClient client = opened()) {
            client.socket().write(ByteBuffer.wrap(TestCa.hex("1703030020" + "ab".repeat(32))));
            assertThatThrownBy(() -> client.receive(1)).isInstanceOf(SSLException.class)
                    .hasMessageContaining("bad_record_mac");
            awaitNoConnections();
        }
    }

    @Test
    void recordLongerThanAllowedEndsTheConnection() throws IOException {
        try (WireClient client = opened()) {
            client.socket().write(ByteBuffer.wrap(TestCa.hex("170303ffff")));
            client.expectEnd();
            awaitNoConnections();
        }
    }

    @Test
    void renegotiationIsRefused() throws IOException {
        try (WireClient client = greeted().startTls(engine("TLSv1.2")).go("vol")) {
            assertThat(client.read(0, 1)).hasSize(1);
            client.tls().updateKeys();
            client.expectEnd();
            awaitNoConnections();
        }
    }

    @Test
    void newKeysWhileRequestsAreInFlight() throws Exception {
        try (WireClient client = opened()) {
            byte[] data = new byte[256 << 10];
            new Random(3).nextBytes(data);
            int rounds = 40;
            CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> {
                try {
                    for (int i = 0; i < rounds; i++) {
                        client.write(0, 2L * i, (long) i % 8 * MIB, data);
                        client.tls().updateKeys();
                        client.request(0, READ, 2L * i + 1, (long) i % 8 * MIB, data.length);
                    }
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            BitSet answered = new BitSet();
            for (int i = 0; i < 2 * rounds; i++) {
                WireClient.SimpleReply reply = client.simpleReply();
                assertThat(reply.error()).isZero();
                answered.set((int) reply.cookie());
                if (reply.cookie() % 2 == 1) {
                    assertThat(client.receiveBytes(data.length)).isEqualTo(data);
                }
            }
            assertThat(answered.cardinality()).isEqualTo(2 * rounds);
            sent.get();
        }
    }

    @Test
    void endlessDemandForNewKeysEndsTheConnection() throws IOException {
        try (WireClient client = opened()) {
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 1_000_000; i++) {
                            client.tls().updateKeys();
                        }
                    })
                    .isInstanceOf(IOException.class);
            awaitNoConnections();
        }
    }

    @Test
    void shutdownDrainsAndEndsTls() throws IOException {
        try (WireClient client = opened()) {
            assertThat(client.read(0, 4096)).hasSize(4096);
            server.close();
            client.expectClosed();
            assertThat(client.tls().engine().isInboundDone()).as("close_notify has come").isTrue();
        }
    }

    @Test
    void removedExportDrainsAndEndsTls() throws Exception {
        try (WireClient client = opened()) {
            assertThat(client.read(0, 4096)).hasSize(4096);
            assertThat(server.removeExport("vol")).isTrue();
            client.expectClosed();
            assertThat(client.tls().engine().isInboundDone()).as("close_notify has come").isTrue();
        }
        try (WireClient client = greeted().startTls(CA.clientContext(null))) {
            assertThat(client.optionReplies(OPT_GO, WireClient.infoData("vol")).getLast().type())
                    .isEqualTo(ERR_UNKNOWN);
        }
    }
}
