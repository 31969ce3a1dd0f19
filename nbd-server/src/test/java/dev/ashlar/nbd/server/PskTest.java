package dev.ashlar.nbd.server;

import static dev.ashlar.nbd.testkit.WireClient.DISC;
import static dev.ashlar.nbd.testkit.WireClient.ERR_UNKNOWN;
import static dev.ashlar.nbd.testkit.WireClient.OPT_GO;
import static dev.ashlar.nbd.testkit.WireClient.READ;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.ClientCertificates;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.PeerRules;
import dev.ashlar.nbd.TlsSettings;
import dev.ashlar.nbd.testkit.LogCapture;
import dev.ashlar.nbd.testkit.TestCa;
import dev.ashlar.nbd.testkit.TlsFiles;
import dev.ashlar.nbd.testkit.WireClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS with pre-shared keys, alone and beside certificates. */
@Timeout(60)
class PskTest {
    private static final TestCa CA = new TestCa("test CA");
    private static final byte[] ALICE = TestCa.hex("aa".repeat(32));
    private static final byte[] BOB = TestCa.hex("bb".repeat(16));
    private static final int MIB = 1 << 20;

    @TempDir
    Path dir;

    private Path socket;
    private NbdServer server;

    @BeforeEach
    void serve() throws IOException {
        TlsFiles.put(dir, "keys.psk", "alice:" + "aa".repeat(32) + "\n\nb:o:b ü:" + "BB".repeat(16) + "\n");
        serve(TlsSettings.psk(dir.resolve("keys.psk")));
    }

    private void serve(TlsSettings settings) throws IOException {
        close();
        socket = dir.resolve("s");
        server = new NbdServer();
        server.addExport(new Export("vol", "", new MemoryDevice(8 * MIB)));
        server.addExport(new Export("alices", "", new MemoryDevice(MIB))
                .withRules(new PeerRules(false, List.of(), List.of(), List.of("PSK=alice"))));
        server.addExport(new Export("bobs", "", new MemoryDevice(MIB))
                .withRules(new PeerRules(false, List.of(), List.of(), List.of("PSK=b:o:b ü"))));
        server.useTls(settings);
        server.listenUnix(socket);
    }

    @AfterEach
    void close() {
        if (server != null) {
            server.close();
        }
    }

    private WireClient connect(String user, byte[] key, boolean newest) throws IOException {
        return WireClient.connect(socket).greet(3).startTls(user, key, newest);
    }

    private void awaitNoConnections() {
        while (!server.connections().isEmpty()) {
            Thread.onSpinWait();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void bothVersionsServe(boolean newest) throws IOException {
        try (WireClient client = connect("alice", ALICE, newest).go("vol")) {
            byte[] data = new byte[3 * MIB];
            new Random(1).nextBytes(data);
            assertThat(client.errorOfWrite(0, 12345, data)).isZero();
            assertThat(client.read(12345, data.length)).isEqualTo(data);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void eachUserOpensWhatIsItsOwn(boolean newest) throws IOException {
        try (WireClient client = connect("alice", ALICE, newest)) {
            assertThat(client.optionReplies(OPT_GO, WireClient.infoData("bobs")).getLast().type())
                    .isEqualTo(ERR_UNKNOWN);
            client.go("alices");
        }
        try (WireClient client = connect("b:o:b ü", BOB, newest)) {
            assertThat(client.optionReplies(OPT_GO, WireClient.infoData("alices")).getLast().type())
                    .isEqualTo(ERR_UNKNOWN);
            client.go("bobs");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void wrongKeyAndUnknownUserAreRefused(boolean newest) throws IOException {
        try (LogCapture log = new LogCapture()) {
            assertThatThrownBy(() -> connect("alice", BOB, newest)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> connect("mallory", ALICE, newest)).isInstanceOf(IOException.class);
            awaitNoConnections();
            assertThat(log.atLeast(Level.WARN)).hasSizeBetween(1, 3)
                    .allMatch(line -> line.matches("TLS with unix:.* failed: .*"));
        }
    }

    @Test
    void clientsWithCertificatesAloneAreRefused() {
        assertThatThrownBy(() -> WireClient.connect(socket).greet(3).startTls(CA.clientContext(null)))
                .isInstanceOf(IOException.class);
        awaitNoConnections();
    }

    @Test
    void keysAndCertificatesSideBySide() throws IOException {
        Path pki = TlsFiles.write(dir.resolve("pki"), CA, CA.server(), null);
        serve(TlsSettings.directory(pki).withClients(ClientCertificates.WANTED).withPskKeys(dir.resolve("keys.psk")));
        for (boolean newest : new boolean[] {true, false}) {
            connect("alice", ALICE, newest).go("alices").close();
        }
        WireClient.connect(socket).greet(3).startTls(CA.clientContext(CA.client("x"))).go("vol").close();
        var resuming = CA.clientContext(null);
        for (int i = 0; i < 3; i++) {
            WireClient.connect(socket).greet(3).startTls(resuming).go("vol").close();
        }
    }

    @Test
    void newKeysReplaceOldOnesForNewConnections() throws IOException {
        try (WireClient old = connect("alice", ALICE, true).go("vol")) {
            TlsFiles.put(dir, "keys.psk", "alice:" + "cc".repeat(32) + "\n");
            server.reloadTls();
            assertThatThrownBy(() -> connect("alice", ALICE, true)).isInstanceOf(IOException.class);
            connect("alice", TestCa.hex("cc".repeat(32)), true).go("vol").close();
            assertThat(old.read(0, 1)).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void discIsAnsweredWithCloseNotifyAfterAllReplies(boolean newest) throws IOException {
        try (WireClient client = connect("alice", ALICE, newest).go("vol")) {
            for (int i = 0; i < 8; i++) {
                client.request(0, READ, i, 0, 100_000);
            }
            client.request(0, DISC, 9, 0, 0);
            for (int i = 0; i < 8; i++) {
                assertThat(client.simpleReply().cookie()).isEqualTo(i);
                client.receive(100_000);
            }
            client.expectClosed();
        }
    }

    @Test
    void closeNotifyWithoutDiscEndsTheConnectionAfterAllReplies() throws IOException {
        try (WireClient client = connect("alice", ALICE, true).go("vol")) {
            client.request(0, READ, 1, 0, 100_000);
            client.endOutput();
            assertThat(client.simpleReply().cookie()).isEqualTo(1);
            client.receive(100_000);
            client.expectClosed();
            awaitNoConnections();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1703030020", "170303ffff", "1603030004deadbeef", "00"})
    void spoiltRecordsEndTheConnection(String start) throws IOException {
        for (boolean newest : new boolean[] {true, false}) {
            try (WireClient client = connect("alice", ALICE, newest).go("vol"); LogCapture log = new LogCapture()) {
                client.socket().write(ByteBuffer.wrap(TestCa.hex(start + "ab".repeat(64))));
                client.expectEnd();
                awaitNoConnections();
                assertThat(log.atLeast(Level.WARN)).isEmpty();
            }
        }
    }

    @Test
    void cutOffWriteIsNotExecuted() throws IOException {
        try (WireClient client = connect("alice", ALICE, true).go("vol")) {
            client.request(0, WireClient.WRITE, 1, 0, MIB);
            client.send(new byte[MIB / 2]);
            client.socket().shutdownOutput();
            client.expectEnd();
            awaitNoConnections();
        }
        try (WireClient client = connect("alice", ALICE, true).go("vol")) {
            assertThat(client.read(0, MIB)).isEqualTo(new byte[MIB]);
        }
    }

    @Test
    void newTrafficKeysBetweenRequests() throws IOException {
        try (WireClient client = connect("alice", ALICE, true).go("vol")) {
            byte[] data = new byte[100_000];
            new Random(3).nextBytes(data);
            int rounds = 20;
            for (int i = 0; i < rounds; i++) {
                client.write(0, 2L * i, (long) i % 8 * MIB, data);
                client.psk().updateKeys();
                client.request(0, READ, 2L * i + 1, (long) i % 8 * MIB, data.length);
                assertThat(client.simpleReply().cookie()).isEqualTo(2L * i);
                assertThat(client.simpleReply().cookie()).isEqualTo(2L * i + 1);
                assertThat(client.receiveBytes(data.length)).isEqualTo(data);
            }
        }
    }
}
