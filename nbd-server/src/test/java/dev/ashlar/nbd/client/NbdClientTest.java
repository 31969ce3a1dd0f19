package dev.ashlar.nbd.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.ClientCertificates;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.PeerRules;
import dev.ashlar.nbd.TlsSettings;
import dev.ashlar.nbd.server.NbdServer;
import dev.ashlar.nbd.testkit.TestCa;
import dev.ashlar.nbd.testkit.TlsFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Our own client with our own server, by each kind of URI. */
@Timeout(60)
class NbdClientTest {
    private static final TestCa CA = new TestCa("test CA");
    private static final int SIZE = 1 << 20;

    @TempDir
    Path dir;

    private final MemoryDevice device = new MemoryDevice(SIZE);
    private Path pki;
    private NbdServer server;
    private int port;

    @BeforeEach
    void files() throws IOException {
        pki = TlsFiles.write(dir.resolve("pki"), CA, CA.server(), CA.client("tester"));
        server = new NbdServer();
        server.addExport(new Export("my vol", "", device));
        server.addExport(new Export("for tester", "", device)
                .withRules(new PeerRules(true, List.of(), List.of(), List.of("CN=tester"))));
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        device.close();
    }

    private void listen(boolean tls) throws IOException {
        if (tls) {
            server.useTls(TlsSettings.directory(pki).withClients(ClientCertificates.WANTED));
        }
        server.listenUnix(dir.resolve("s"));
        port = server.listenTcp("127.0.0.1", 0).getPort();
    }

    private static NbdClient connect(String uri) throws IOException {
        return NbdClient.connect(NbdUri.parse(uri));
    }

    private void roundTrip(String uri) throws IOException {
        byte[] content = new byte[300_000];
        new Random(uri.hashCode()).nextBytes(content);
        try (NbdClient client = connect(uri)) {
            assertThat(client.sizeBytes()).isEqualTo(SIZE);
            client.write(4097, ByteBuffer.wrap(content));
            client.flush();
            ByteBuffer back = ByteBuffer.allocate(content.length);
            client.read(4097, back);
            assertThat(back.array()).isEqualTo(content);
            assertThatThrownBy(() -> client.read(SIZE, ByteBuffer.allocate(1))).hasMessageContaining("read");
        }
    }

    @Test
    void readsAndWritesWithoutTls() throws IOException {
        listen(false);
        roundTrip("nbd://127.0.0.1:" + port + "/my%20vol");
        roundTrip("nbd+unix:///my%20vol?socket=" + dir.resolve("s"));
    }

    @Test
    void readsAndWritesOverTls() throws IOException {
        listen(true);
        roundTrip("nbds://127.0.0.1:" + port + "/my%20vol?tls-certificates=" + pki);
        roundTrip("nbds://localhost:" + port + "/for%20tester?tls-certificates=" + pki);
        roundTrip("nbds+unix:///my%20vol?tls-hostname=localhost&tls-certificates=" + pki + "&socket="
                + dir.resolve("s"));
    }

    @Test
    void readsAndWritesOverTlsWithAPreSharedKey() throws IOException {
        Path keys = TlsFiles.put(dir, "keys.psk", "alice:" + "aa".repeat(32) + "\nb:o b:" + "bb".repeat(16) + "\n");
        server.addExport(new Export("bobs", "", device)
                .withRules(new PeerRules(true, List.of(), List.of(), List.of("PSK=b:o b"))));
        server.useTls(TlsSettings.psk(keys));
        server.listenUnix(dir.resolve("s"));
        port = server.listenTcp("127.0.0.1", 0).getPort();
        roundTrip("nbds://alice@127.0.0.1:" + port + "/my%20vol?tls-psk-file=" + keys);
        roundTrip("nbds+unix://b%3Ao%20b@/bobs?tls-type=psk&tls-psk-file=" + keys + "&socket=" + dir.resolve("s"));
        assertThatThrownBy(() -> connect("nbds://alice@127.0.0.1:" + port + "/bobs?tls-psk-file=" + keys))
                .hasMessageContaining("export refused: name=bobs");
        assertThatThrownBy(() -> connect("nbds://eve@127.0.0.1:" + port + "/my%20vol?tls-psk-file=" + keys))
                .hasMessageContaining("no key of user 'eve'");
        Path wrong = TlsFiles.put(dir, "wrong.psk", "alice:" + "cc".repeat(32) + "\n");
        assertThatThrownBy(() -> connect("nbds://alice@127.0.0.1:" + port + "/my%20vol?tls-psk-file=" + wrong))
                .isInstanceOf(IOException.class);
    }

    @Test
    void movesMoreThanOneRequestMay() throws IOException {
        int length = (64 << 20) + 4097;
        server.addExport(new Export("large", "", new MemoryDevice(length + 1)));
        listen(false);
        byte[] content = new byte[length];
        new Random(length).nextBytes(content);
        try (NbdClient client = connect("nbd+unix:///large?socket=" + dir.resolve("s"))) {
            ByteBuffer source = ByteBuffer.wrap(content);
            client.write(1, source);
            assertThat(source.hasRemaining()).isFalse();
            ByteBuffer back = ByteBuffer.allocate(length);
            client.read(1, back);
            assertThat(back.hasRemaining()).isFalse();
            assertThat(Arrays.equals(back.array(), content)).isTrue();
        }
    }

    @Test
    void insistsOnTlsWhereItIsAskedFor() throws IOException {
        listen(false);
        assertThatThrownBy(() -> connect("nbds://127.0.0.1:" + port + "/my%20vol?tls-certificates=" + pki))
                .hasMessageContaining("TLS is refused");
    }

    @Test
    void believesOnlyTheServerThatWasNamed() throws IOException {
        listen(true);
        String start = "nbds+unix:///my%20vol?socket=" + dir.resolve("s");
        assertThatThrownBy(() -> connect(start + "&tls-hostname=elsewhere&tls-certificates=" + pki))
                .isInstanceOf(SSLException.class);
        Path other = TlsFiles.write(dir.resolve("other"), new TestCa("other CA"), CA.server(), null);
        assertThatThrownBy(() -> connect(start + "&tls-certificates=" + other)).isInstanceOf(SSLException.class);
        assertThatThrownBy(() -> connect(start)).isInstanceOf(SSLException.class);
        roundTrip(start + "&tls-verify-peer=0");
    }

    @Test
    void isNobodyWithoutACertificateOfItsOwn() throws IOException {
        Files.delete(pki.resolve("client-cert.pem"));
        listen(true);
        assertThatThrownBy(() -> connect("nbds://127.0.0.1:" + port + "/for%20tester?tls-certificates=" + pki))
                .hasMessageContaining("export refused: name=for tester");
    }

    @Test
    void namesAFileThatWillNotDo() throws IOException {
        listen(true);
        Files.delete(pki.resolve("client-key.pem"));
        assertThatThrownBy(() -> connect("nbds://127.0.0.1:" + port + "/my%20vol?tls-certificates=" + pki))
                .hasMessageContaining("client-key.pem");
    }
}
