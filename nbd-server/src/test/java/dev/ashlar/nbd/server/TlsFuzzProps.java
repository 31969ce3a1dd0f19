package dev.ashlar.nbd.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.ClientCertificates;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.TlsSettings;
import dev.ashlar.nbd.testkit.LogCapture;
import dev.ashlar.nbd.testkit.TestCa;
import dev.ashlar.nbd.testkit.TlsFiles;
import dev.ashlar.nbd.testkit.WireClient;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Whatever a client sends where a TLS handshake belongs: the connection ends, and nobody else is disturbed. */
class TlsFuzzProps {
    private static final TestCa CA = new TestCa("test CA");
    private static Path dir;
    private static NbdServer server;
    private static NbdServer keysAlone;

    @BeforeContainer
    static void serve() throws IOException {
        dir = Files.createTempDirectory("tls-fuzz");
        TlsFiles.put(dir, "keys.psk", "alice:" + "aa".repeat(32));
        TlsSettings settings = TlsSettings.directory(TlsFiles.write(dir.resolve("pki"), CA, CA.server(), null));
        server = serve("s", settings.withClients(ClientCertificates.WANTED).withPskKeys(dir.resolve("keys.psk")));
        keysAlone = serve("k", TlsSettings.psk(dir.resolve("keys.psk")));
    }

    private static NbdServer serve(String name, TlsSettings settings) throws IOException {
        NbdServer made = new NbdServer();
        made.addExport(new Export("vol", "", new MemoryDevice(1 << 20)));
        made.useTls(settings);
        made.listenUnix(dir.resolve(name));
        return made;
    }

    @AfterContainer
    static void close() throws IOException {
        server.close();
        keysAlone.close();
        try (Stream<Path> files = Files.walk(dir)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        }
    }

    private static void assertEnds(byte[] bytes) throws IOException {
        for (String socket : List.of("s", "k")) {
            try (WireClient client = WireClient.connect(dir.resolve(socket)).greet(3);
                    LogCapture log = new LogCapture()) {
                assertThat(client.optionResult(WireClient.OPT_STARTTLS)).isEqualTo(WireClient.REP_ACK);
                client.send(bytes);
                client.socket().shutdownOutput();
                client.expectEnd();
                while (!server.connections().isEmpty() || !keysAlone.connections().isEmpty()) {
                    Thread.onSpinWait();
                }
                assertThat(log.atLeast(Level.ERROR)).isEmpty();
            }
        }
    }

    @Property(tries = 100)
    void anyBytesEndTheConnection(@ForAll @Size(max = 300) byte[] bytes) throws IOException {
        assertEnds(bytes);
    }

    @Property(tries = 100)
    void anyBytesInARecordEndTheConnection(
            @ForAll @IntRange(min = 20, max = 23) int type, @ForAll @Size(min = 1, max = 300) byte[] content)
            throws IOException {
        ByteBuffer record = ByteBuffer.allocate(5 + content.length).put((byte) type).putShort((short) 0x0303);
        assertEnds(record.putShort((short) content.length).put(content).array());
    }

    @Property(tries = 200)
    void spoiltHelloEndsTheConnection(
            @ForAll @Size(min = 1, max = 4) List<@IntRange(min = 0, max = 1000) Integer> places, @ForAll byte value,
            @ForAll @IntRange(max = 3) int cut)
            throws IOException {
        byte[] hello = hello();
        for (int place : places) {
            hello[place % hello.length] ^= value;
        }
        assertEnds(Arrays.copyOf(hello, hello.length - cut));
    }

    private static byte[] hello() throws IOException {
        SSLEngine engine = CA.clientContext(null).createSSLEngine();
        engine.setUseClientMode(true);
        ByteBuffer hello = ByteBuffer.allocate(1 << 15);
        engine.wrap(ByteBuffer.allocate(0), hello);
        return Arrays.copyOf(hello.array(), hello.position());
    }
}
