package dev.ashlar.nbd.testkit;

import dev.ashlar.nbd.server.NbdServer;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Path;

/**
 * What a wire test runs over. A test class that is {@code @ParameterizedClass @EnumSource(Wire.class)} with a field
 * {@code @Parameter Wire wire} runs each of its tests once for each of these, when it calls {@link #prepare} before its
 * server listens and takes its clients from here.
 */
public enum Wire {
    PLAIN;

    /** Sets {@code server} up for this; {@code dir} takes the files. */
    public void prepare(NbdServer server, Path dir) throws IOException {
        // Sockets are served as they are.
    }

    /** Greeted, and behind TLS where that is what this is. */
    public WireClient greeted(Path socket) throws IOException {
        return WireClient.connect(socket).greet(3);
    }

    /** Greeted, and behind TLS where that is what this is. */
    public WireClient greeted(SocketAddress address) throws IOException {
        return WireClient.connect(address).greet(3);
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
