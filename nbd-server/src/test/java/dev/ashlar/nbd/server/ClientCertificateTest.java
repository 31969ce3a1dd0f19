package dev.ashlar.nbd.server;

import static dev.ashlar.nbd.testkit.WireClient.ERR_UNKNOWN;
import static dev.ashlar.nbd.testkit.WireClient.OPT_GO;
import static dev.ashlar.nbd.testkit.WireClient.OPT_LIST;
import static dev.ashlar.nbd.testkit.WireClient.REP_ACK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.ClientCertificates;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.PeerRules;
import dev.ashlar.nbd.TakeoverRule;
import dev.ashlar.nbd.TlsSettings;
import dev.ashlar.nbd.testkit.LogCapture;
import dev.ashlar.nbd.testkit.TestCa;
import dev.ashlar.nbd.testkit.TlsFiles;
import dev.ashlar.nbd.testkit.WireClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who may come: certificates of clients, lists of revoked ones, and what exports ask of their holders. */
@Timeout(60)
class ClientCertificateTest {
    private static final TestCa CA = new TestCa("test CA");
    private static final TestCa.Identity ALICE = CA.client("alice", "DNS:alice.example", "URI:spiffe://example/alice");
    private static final TestCa.Identity BOB = CA.client("bob", "IP:192.0.2.7");

    @TempDir
    Path dir;

    private Path socket;
    private NbdServer server;
    private TlsSettings settings;

    @BeforeEach
    void prepare() throws IOException {
        socket = dir.resolve("s");
        settings = TlsSettings.directory(TlsFiles.write(dir.resolve("pki"), CA, CA.server(), null));
        server = new NbdServer();
        server.addExport(new Export("all", "", new MemoryDevice(4096)));
        addExport("alice", "CN=alice");
        addExport("alice by host", "DNS=alice.example");
        addExport("alice by uri", "URI=spiffe://example/alice");
        addExport("bob", "SUBJECT=CN=bob");
        addExport("bob by address", "IP=192.0.2.7");
    }

    private void addExport(String name, String identity) {
        server.addExport(new Export(name, "", new MemoryDevice(4096))
                .withRules(new PeerRules(false, List.of(), List.of(), List.of(identity))));
    }

    @AfterEach
    void close() {
        server.close();
    }

    private void serve(ClientCertificates clients) throws IOException {
        server.useTls(settings.withClients(clients));
        server.listenUnix(socket);
    }

    private WireClient connect(TestCa.Identity identity) throws IOException {
        return WireClient.connect(socket).greet(3).startTls(CA.clientContext(identity));
    }

    private void assertRefused(TestCa.Identity identity, String reason) {
        try (LogCapture log = new LogCapture()) {
            // In TLS 1.3 a client learns only after its own handshake that the server has refused it.
            assertThatThrownBy(() -> connect(identity).optionResult(OPT_LIST)).isInstanceOf(IOException.class);
            while (!server.connections().isEmpty()) {
                Thread.onSpinWait();
            }
            assertThat(log.atLeast(Level.WARN)).singleElement().asString()
                    .contains("TLS with unix:", "failed").containsIgnoringCase(reason);
        }
    }

    private List<Boolean> opens(TestCa.Identity identity, String... exports) throws IOException {
        return List.of(exports).stream().map(export -> {
            try (WireClient client = connect(identity)) {
                int result = client.optionReplies(OPT_GO, WireClient.infoData(export)).getLast().type();
                assertThat(result).isIn(REP_ACK, ERR_UNKNOWN);
                return result == REP_ACK;
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }).toList();
    }

    @Test
    void requiredCertificateMustBeShown() throws IOException {
        serve(ClientCertificates.REQUIRED);
        assertRefused(null, "certificate");
        assertThat(opens(ALICE, "all")).containsExactly(true);
    }

    @Test
    void wantedCertificateMayBeMissing() throws IOException {
        serve(ClientCertificates.WANTED);
        assertThat(opens(null, "all", "alice")).containsExactly(true, false);
        assertThat(opens(ALICE, "all", "alice")).containsExactly(true, true);
    }

    @Test
    void certificateThatIsNotAskedForCountsForNothing() throws IOException {
        serve(ClientCertificates.NONE);
        assertThat(opens(ALICE, "all", "alice")).containsExactly(true, false);
    }

    @Test
    void certificateOfAnotherAuthorityIsRefused() throws IOException {
        serve(ClientCertificates.WANTED);
        assertRefused(new TestCa("test CA").client("alice"), "path");
    }

    @Test
    void expiredCertificateIsRefused() throws IOException {
        serve(ClientCertificates.WANTED);
        assertRefused(CA.expiredClient("alice"), "validity check failed");
    }

    @Test
    void revokedCertificateIsRefused() throws IOException {
        TestCa.Identity gone = CA.client("gone");
        CA.revoke(gone);
        TlsFiles.put(dir, "crl.pem", CA.crlPem(false));
        settings = settings.withRevocations(dir.resolve("crl.pem"));
        serve(ClientCertificates.REQUIRED);
        assertRefused(gone, "revoked");
        assertThat(opens(ALICE, "alice")).containsExactly(true);
    }

    @Test
    void outdatedRevocationListRefusesEverybody() throws IOException {
        TlsFiles.put(dir, "crl.pem", CA.crlPem(true));
        settings = settings.withRevocations(dir.resolve("crl.pem"));
        serve(ClientCertificates.REQUIRED);
        assertRefused(ALICE, "revocation status");
    }

    @Test
    void eachClientOpensWhatIsItsOwn() throws IOException {
        serve(ClientCertificates.REQUIRED);
        String[] exports = {"all", "alice", "alice by host", "alice by uri", "bob", "bob by address"};
        assertThat(opens(ALICE, exports)).containsExactly(true, true, true, true, false, false);
        assertThat(opens(BOB, exports)).containsExactly(true, false, false, false, true, true);
        assertThat(opens(CA.client("alice, CN=bob"), exports)).containsExactly(true, false, false, false, false, false);
    }

    @Test
    void listShowsWhatTheClientMayOpen() throws IOException {
        serve(ClientCertificates.REQUIRED);
        try (WireClient client = connect(BOB)) {
            assertThat(client.optionReplies(OPT_LIST, new byte[0])).hasSize(4);
        }
    }

    /** A ticket of the first connection must not stand for a certificate that has been revoked since. */
    @Test
    void resumedSessionIsCheckedAgainOnceFilesHaveChanged() throws IOException {
        TlsFiles.put(dir, "crl.pem", CA.crlPem(false));
        settings = settings.withRevocations(dir.resolve("crl.pem"));
        serve(ClientCertificates.REQUIRED);
        TestCa.Identity carol = CA.client("carol");
        var context = CA.clientContext(carol);
        for (int i = 0; i < 2; i++) {
            try (WireClient client = WireClient.connect(socket).greet(3).startTls(context)) {
                client.go("all");
            }
        }
        CA.revoke(carol);
        TlsFiles.put(dir, "crl.pem", CA.crlPem(false));
        server.reloadTls();
        assertThatThrownBy(() -> WireClient.connect(socket).greet(3).startTls(context).optionResult(OPT_LIST))
                .isInstanceOf(IOException.class);
    }

    @Test
    void holderOfACertificateIsTheSameClientFromAnywhere() throws IOException {
        server.addExport(new Export("one each", "", new MemoryDevice(4096)).withTakeover(TakeoverRule.NEWEST));
        serve(ClientCertificates.WANTED);
        InetSocketAddress tcp = server.listenTcp("127.0.0.1", 0);
        try (WireClient bobs = connect(BOB).go("one each"); WireClient old = connect(ALICE).go("one each");
                WireClient next = WireClient.connect(tcp).greet(3).startTls(CA.clientContext(ALICE))) {
            next.go("one each");
            old.expectEnd();
            assertThat(next.read(0, 512)).hasSize(512);
            assertThat(bobs.read(0, 512)).hasSize(512);
        }
    }
}
