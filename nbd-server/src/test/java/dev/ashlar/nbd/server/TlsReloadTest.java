package dev.ashlar.nbd.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.TlsSettings;
import dev.ashlar.nbd.TlsSetupException;
import dev.ashlar.nbd.testkit.TestCa;
import dev.ashlar.nbd.testkit.TlsFiles;
import dev.ashlar.nbd.testkit.WireClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** New files under a server that runs. */
@Timeout(60)
class TlsReloadTest {
    private static final TestCa CA = new TestCa("test CA");

    @TempDir
    Path dir;

    private TestCa.Identity first;
    private NbdServer server;

    @BeforeEach
    void serve() throws IOException {
        first = CA.server();
        TlsFiles.write(dir, CA, first, null);
        server = new NbdServer();
        server.addExport(new Export("vol", "", new MemoryDevice(1 << 20)));
        server.useTls(TlsSettings.directory(dir));
        server.listenUnix(dir.resolve("s"));
    }

    @AfterEach
    void close() {
        server.close();
    }

    private WireClient connect() throws IOException {
        return WireClient.connect(dir.resolve("s")).greet(3).startTls(CA.clientContext(null));
    }

    private static Certificate shown(WireClient client) throws IOException {
        return client.tls().engine().getSession().getPeerCertificates()[0];
    }

    private Certificate shown() throws IOException {
        try (WireClient client = connect()) {
            return shown(client);
        }
    }

    @Test
    void newCertificateIsShownToNewConnectionsWhileOldOnesStay() throws IOException {
        try (WireClient old = connect().go("vol")) {
            assertThat(shown(old)).isEqualTo(first.certificate());
            TestCa.Identity second = CA.server();
            TlsFiles.write(dir, CA, second, null);
            server.reloadTls();
            assertThat(shown()).isEqualTo(second.certificate());
            assertThat(old.errorOfWrite(0, 0, new byte[] {1})).isZero();
            assertThat(old.read(0, 1)).containsExactly(1);
        }
    }

    @Test
    void changedFilesAreNoticedWithoutBeingTold() throws IOException {
        TestCa.Identity second = CA.server();
        TlsFiles.write(dir, CA, second, null);
        // Looked at once a second at most; the test's time limit bounds this.
        while (!shown().equals(second.certificate())) {
            Thread.onSpinWait();
        }
    }

    @Test
    void brokenFileIsReportedAndTheOldOneStays() throws IOException {
        TlsFiles.put(dir, "server-cert.pem", "nothing\n");
        assertThatThrownBy(server::reloadTls).isInstanceOf(TlsSetupException.class)
                .hasMessage("certificate " + dir.resolve("server-cert.pem") + " is no PEM file");
        assertThat(shown()).isEqualTo(first.certificate());
        Files.delete(dir.resolve("server-key.pem"));
        assertThat(shown()).isEqualTo(first.certificate());
    }

    @Test
    void tlsCannotBeAddedToAServerThatListens() {
        assertThatThrownBy(() -> server.useTls(TlsSettings.directory(dir))).isInstanceOf(IllegalStateException.class);
    }
}
