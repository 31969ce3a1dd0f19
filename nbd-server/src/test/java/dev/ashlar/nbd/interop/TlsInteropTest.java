package dev.ashlar.nbd.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.ClientCertificates;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.PeerRules;
import dev.ashlar.nbd.TlsPolicy;
import dev.ashlar.nbd.TlsSettings;
import dev.ashlar.nbd.server.NbdServer;
import dev.ashlar.nbd.testkit.TestCa;
import dev.ashlar.nbd.testkit.TlsFiles;
import dev.ashlar.nbd.testkit.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** TLS with clients that others wrote, whose TLS is GnuTLS. Each client has a directory of certificates. */
@Tag("interop")
@Timeout(300)
class TlsInteropTest {
    private static final Tool NBDINFO = new Tool("nbdinfo", "libnbd-bin");
    private static final Tool NBDCOPY = new Tool("nbdcopy", "libnbd-bin");
    private static final Tool QEMU_IMG = new Tool("qemu-img", "qemu-utils");
    private static final TestCa CA = new TestCa("interop CA");
    private static final int MIB = 1 << 20;
    private static final long SIZE = 64L * MIB;

    @TempDir
    Path dir;

    private final BlockDevice device = new MemoryDevice(SIZE);
    private NbdServer server;
    private int port;

    @BeforeEach
    void serve() throws IOException {
        TestCa.Identity gone = CA.client("gone");
        CA.revoke(gone);
        // GnuTLS shows RSA certificates by other rules than those with elliptic curves.
        TlsFiles.write(dir.resolve("alice"), CA, CA.server(), CA.rsaClient("alice"));
        TlsFiles.write(dir.resolve("bob"), CA, CA.server(), CA.client("bob"));
        TlsFiles.write(dir.resolve("gone"), CA, CA.server(), gone);
        TlsFiles.write(dir.resolve("none"), CA, CA.server(), null);
        TlsFiles.write(dir.resolve("stranger"), new TestCa("stranger CA"), CA.server(), CA.client("alice"));
        Path pki = TlsFiles.write(dir.resolve("pki"), CA, CA.rsaServer(), null);
        TlsFiles.put(pki, "ca-crl.pem", CA.crlPem(false));
        server = new NbdServer();
        server.addExport(new Export("vol", "interop volume", device));
        server.addExport(new Export("bobs", "", new MemoryDevice(MIB))
                .withRules(new PeerRules(false, List.of(), List.of(), List.of("CN=bob"))));
        server.useTls(TlsSettings.directory(pki)
                .withClients(ClientCertificates.REQUIRED)
                .withPolicy(TlsPolicy.SELECTIVE));
        server.listenUnix(dir.resolve("s"));
        port = server.listenTcp("127.0.0.1", 0).getPort();
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        device.close();
    }

    private String unix(String client, String export) {
        return "nbds+unix:///" + export + "?socket=" + dir.resolve("s") + "&tls-certificates=" + dir.resolve(client)
                + "&tls-hostname=localhost";
    }

    private String tcp(String client, String export) {
        return "nbds://localhost:" + port + "/" + export + "?tls-certificates=" + dir.resolve(client);
    }

    private Path randomImage(String name) throws IOException {
        byte[] content = new byte[(int) SIZE];
        new Random(20).nextBytes(content);
        return Files.write(dir.resolve(name), content);
    }

    @Test
    void nbdinfoSaysThatTlsIsOn() throws Exception {
        assertThat(NBDINFO.orSkip().run(dir, unix("alice", "vol")))
                .contains("newstyle-fixed with TLS", "interop volume");
        assertThat(NBDINFO.run(dir, "--size", tcp("bob", "vol")).trim()).isEqualTo(Long.toString(SIZE));
    }

    @Test
    void exportsAskForTheirOwnClients() throws Exception {
        assertThat(NBDINFO.orSkip().run(dir, "--list", tcp("alice", ""))).contains("\"vol\"").doesNotContain("bobs");
        assertThat(NBDINFO.tryRun(dir, tcp("alice", "bobs")).exitCode()).isNotZero();
        assertThat(NBDINFO.run(dir, "--size", tcp("bob", "bobs")).trim()).isEqualTo(Integer.toString(MIB));
        assertThat(NBDINFO.tryRun(dir, "nbd://localhost:" + port + "/bobs").exitCode()).isNotZero();
        assertThat(NBDINFO.run(dir, "--size", "nbd://localhost:" + port + "/vol").trim())
                .isEqualTo(Long.toString(SIZE));
    }

    @ParameterizedTest
    @CsvSource({"none", "gone"})
    void clientsWithoutAGoodCertificateAreRefused(String client) throws Exception {
        Tool.Result result = NBDINFO.orSkip().tryRun(dir, "--size", tcp(client, "vol"));
        assertThat(result.exitCode()).as(result.output()).isNotZero();
    }

    @Test
    void clientThatDoesNotTrustTheServerLeaves() throws Exception {
        Tool.Result result = NBDINFO.orSkip().tryRun(dir, "--size", tcp("stranger", "vol"));
        assertThat(result.exitCode()).as(result.output()).isNotZero();
        assertThat(NBDINFO.run(dir, "--size", tcp("alice", "vol"))).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1, true", "4, true", "1, false", "4, false"})
    void nbdcopyRoundTripIsExact(int connections, boolean overUnix) throws Exception {
        Path in = randomImage("in");
        Path out = dir.resolve("out");
        String uri = overUnix ? unix("alice", "vol") : tcp("bob", "vol");
        NBDCOPY.orSkip().run(dir, "--flush", "--connections=" + connections, in.toString(), uri);
        NBDCOPY.run(dir, "--connections=" + connections, uri, out.toString());
        assertThat(Files.mismatch(in, out)).isEqualTo(-1);
    }

    @Test
    void qemuImgConvertsAndComparesOverTls() throws Exception {
        Path in = randomImage("in");
        String object = "tls-creds-x509,id=tls0,endpoint=client,dir=" + dir.resolve("alice");
        String image = "driver=raw,file.driver=nbd,file.server.type=inet,file.server.host=localhost,file.server.port="
                + port + ",file.export=vol,file.tls-creds=tls0";
        QEMU_IMG.orSkip().run(dir, "convert", "-n", "--object", object, "-f", "raw", in.toString(),
                "--target-image-opts", image);
        assertThat(QEMU_IMG.run(dir, "compare", "--object", object, "--image-opts", image,
                        "driver=raw,file.driver=file,file.filename=" + in))
                .contains("Images are identical");
    }

    @ParameterizedTest
    @CsvSource({"tls1.1", "tls1.3"})
    void preSharedKeysOfPsktoolServeLibnbdAndQemu(String disabledVersion) throws Exception {
        new Tool("psktool", "gnutls-bin").orSkip().run(dir, "-u", "alice", "-p", "keys.psk");
        Path priorities = Files.writeString(
                dir.resolve("priorities"), "[overrides]\ndisabled-version = " + disabledVersion);
        try (NbdServer withKeys = new NbdServer()) {
            withKeys.addExport(new Export("vol", "", device)
                    .withRules(new PeerRules(false, List.of(), List.of(), List.of("PSK=alice"))));
            withKeys.useTls(TlsSettings.psk(dir.resolve("keys.psk")));
            withKeys.listenUnix(dir.resolve("p"));
            int pskPort = withKeys.listenTcp("127.0.0.1", 0).getPort();
            Path in = randomImage("in");
            Path out = dir.resolve("out");
            String uri = "nbds+unix://alice@/vol?socket=" + dir.resolve("p") + "&tls-psk-file="
                    + dir.resolve("keys.psk");
            Tool env = new Tool("env", "coreutils");
            String choice = "GNUTLS_SYSTEM_PRIORITY_FILE=" + priorities;
            NBDCOPY.orSkip();
            env.run(dir, choice, "nbdcopy", in.toString(), uri);
            env.run(dir, choice, "nbdcopy", uri, out.toString());
            assertThat(Files.mismatch(in, out)).isEqualTo(-1);
            assertThat(NBDINFO.tryRun(dir, uri.replace("alice@", "mallory@")).exitCode()).isNotZero();
            QEMU_IMG.orSkip();
            assertThat(env.run(dir, choice, "qemu-img", "info", "--object",
                            "tls-creds-psk,id=t,endpoint=client,username=alice,dir=" + dir, "--image-opts",
                            "driver=nbd,host=localhost,port=" + pskPort + ",export=vol,tls-creds=t"))
                    .contains("virtual size: 64 MiB");
        }
    }
}
