package dev.ashlar.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.nbd.client.NbdClient;
import dev.ashlar.nbd.testkit.TestCa;
import dev.ashlar.nbd.testkit.TlsFiles;
import dev.ashlar.nbd.testkit.Tool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** TLS as a configuration file asks for it, with our own client and with one that others wrote. */
@Tag("interop")
@Timeout(120)
class TlsServingTest {
    private static final Tool NBDINFO = new Tool("nbdinfo", "libnbd-bin");
    private static final TestCa CA = new TestCa("test CA");

    private static final String BACKUP = """
            [[export]]
            array = "NAME"

            [[export]]
            array = "NAME"
            name = "backup"
            read-only = true
            allow-identity = "CN=backup"
            """;

    @TempDir
    private Path directory;

    private String backup;
    private String stranger;

    @BeforeEach
    void files() throws IOException {
        TlsFiles.write(directory.resolve("pki"), CA, CA.server(), null);
        backup = "tls-certificates=" + TlsFiles.write(directory.resolve("b"), CA, CA.server(), CA.client("backup"));
        stranger = "tls-certificates=" + TlsFiles.write(directory.resolve("x"), CA, CA.server(), null);
    }

    @Test
    void everybodyShowsACertificateWhereItIsRequired() throws Exception {
        NBDINFO.orSkip();
        String server = """
                tls = "require"
                tls-certificates = "pki"
                tls-verify-peer = true
                """;
        try (ServedLife life = new ServedLife(directory, server, BACKUP)) {
            assertThat(life.daemon().uris()).hasSize(4).allMatch(uri -> uri.startsWith("nbds"));
            assertThat(NBDINFO.run(directory, ServedLife.with(life.tcp("backup"), backup)))
                    .contains("with TLS", "export=\"backup\"");
            assertThat(NBDINFO.tryRun(directory, ServedLife.with(life.tcp(life.name), stranger)).exitCode())
                    .isNotZero();
            assertThat(NBDINFO.tryRun(directory, life.tcp(life.name).replace("nbds:", "nbd:")).exitCode()).isNotZero();
            try (NbdClient client = ServedLife.connect(ServedLife.with(life.tcp("backup"), backup))) {
                client.read(0, ByteBuffer.allocate(512));
                assertThat(life.verb("status"))
                        .containsPattern("client 127.0.0.1:[0-9]+ as CN=backup of backup by TLS for [0-9]+ s: 1 req");
            }
        }
    }

    @Test
    void onlySomeExportsAskForTlsWhereItIsOn() throws Exception {
        NBDINFO.orSkip();
        String server = """
                tls = "on"
                tls-certificates = "pki"
                """;
        try (ServedLife life = new ServedLife(directory, server, BACKUP)) {
            assertThat(life.tcp(life.name)).startsWith("nbd:");
            assertThat(life.tcp("backup")).startsWith("nbds:");
            assertThat(NBDINFO.run(directory, life.tcp(life.name))).contains("without TLS");
            assertThat(NBDINFO.run(directory, "--list", life.tcp(life.name))).doesNotContain("backup");
            assertThat(NBDINFO.run(directory, ServedLife.with(life.tcp(life.name).replace("nbd:", "nbds:"), stranger)))
                    .contains("with TLS");
            assertThat(NBDINFO.run(directory, ServedLife.with(life.tcp("backup"), backup))).contains("with TLS");
            assertThatThrownBy(() -> ServedLife.connect(ServedLife.with(life.tcp("backup"), stranger)))
                    .hasMessageContaining("export refused");
            life.verb("export", "--name=also", "--tls");
            ServedLife.connect(ServedLife.with(life.tcp("also"), stranger)).close();
        }
    }

    @Test
    void preSharedKeysTellClientsApart() throws Exception {
        NBDINFO.orSkip();
        Files.writeString(directory.resolve("keys"), "alice:" + "0f".repeat(32) + "\nbob:" + "f0".repeat(32) + "\n");
        String exports = BACKUP.replace("CN=backup", "PSK=alice");
        try (ServedLife life = new ServedLife(directory, "tls-psk = \"keys\"\n", exports)) {
            String keys = "tls-psk-file=" + directory.resolve("keys");
            String uri = ServedLife.with(life.tcp("backup"), keys);
            assertThat(NBDINFO.run(directory, uri.replace("nbds://", "nbds://alice@"))).contains("with TLS");
            assertThat(NBDINFO.tryRun(directory, uri.replace("nbds://", "nbds://bob@")).exitCode()).isNotZero();
        }
    }

    @Test
    void whatNobodyCouldEverOpenIsRefused() throws Exception {
        refused("", BACKUP, "does no TLS");
        refused("tls = \"on\"\n", "", "tls=on needs tls-certificates or tls-psk");
        refused("tls-verify-peer = true\n", "", "tls-verify-peer needs tls-certificates");
        refused("tls-certificates = \"nowhere\"\n", "", "server-cert.pem");
        Files.delete(directory.resolve("pki/ca-cert.pem"));
        refused("tls-certificates = \"pki\"\n", BACKUP, "asks for identities");
        refused("tls-certificates = \"pki\"\ntls-verify-peer = true\n", "", "ca-cert.pem");
        try (ServedLife life = new ServedLife(fresh(), "", "")) {
            assertThat(life.verbEnding(ExitCode.USAGE, "export", "--name=x", "--tls")).contains("does no TLS");
        }
    }

    private Path fresh() throws IOException {
        return Files.createTempDirectory(directory, "life");
    }

    private void refused(String server, String rest, String message) throws IOException {
        Path life = fresh();
        String there = server.replace("\"pki\"", "\"../pki\"");
        assertThatThrownBy(() -> new ServedLife(life, there, rest)).isInstanceOf(IOException.class)
                .hasMessageContaining(message);
    }
}
