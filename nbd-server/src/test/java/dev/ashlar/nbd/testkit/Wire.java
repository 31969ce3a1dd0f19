package dev.ashlar.nbd.testkit;

import dev.ashlar.nbd.TlsPolicy;
import dev.ashlar.nbd.TlsSettings;
import dev.ashlar.nbd.server.NbdServer;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Path;

/**
 * What a wire test runs over. A test class that is {@code @ParameterizedClass @EnumSource(Wire.class)} with a field
 * {@code @Parameter Wire wire} runs each of its tests once plain and once over TLS, when it calls {@link #prepare}
 * before its server listens and takes its clients from here.
 */
public enum Wire {
    PLAIN,
    TLS;

    private static final TestCa CA = new TestCa("wire CA");

    /** Sets {@code server} up for this; {@code dir} takes the files. */
    public void prepare(NbdServer server, Path dir) throws IOException {
        if (this == TLS) {
            server.useTls(TlsSettings.directory(TlsFiles.write(dir.resolve("pki"), CA, CA.server(), null))
                    .withPolicy(TlsPolicy.SELECTIVE));
        }
    }

    private WireClient begun(WireClient client) throws IOException {
        return this == TLS ? client.startTls(CA.clientContext(null)) : client;
    }

    /** Greeted, and behind TLS where that is what this is. */
    public WireClient greeted(Path socket) throws IOException {
        return begun(WireClient.connect(socket).greet(3));
    }

    /** Greeted, and behind TLS where that is what this is. */
    public WireClient greeted(SocketAddress address) throws IOException {
        return begun(WireClient.connect(address).greet(3));
    }

    /** Greeted and through GO, with simple replies. */
    public WireClient open(Path socket, String export) throws IOException {
        return greeted(socket).go(export);
    }

    /** Greeted and through GO, with structured replies. */
    public WireClient openStructured(Path socket, String export) throws IOException {
        return greeted(socket).structured().go(export);
    }
}
