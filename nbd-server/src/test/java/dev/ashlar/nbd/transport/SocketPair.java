package dev.ashlar.nbd.transport;

import dev.ashlar.nbd.Endpoint;
import dev.ashlar.nbd.TcpSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** A socket of ours and the client at its other end. */
record SocketPair(SocketTransport ours, SocketChannel client) implements AutoCloseable {

    enum Kind {
        TCP,
        UNIX
    }

    static ListeningSocket listen(Kind kind, Path dir) throws IOException {
        return kind == Kind.TCP
                ? ListeningSocket.tcp(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16)
                : ListeningSocket.unix(dir.resolve("s" + System.nanoTime()), 16, _ -> {});
    }

    static SocketPair open(Kind kind, Path dir) throws IOException {
        try (ListeningSocket listening = listen(kind, dir)) {
            return connect(listening);
        }
    }

    static SocketPair connect(ListeningSocket listening) throws IOException {
        SocketChannel client = SocketChannel.open(switch (listening.address()) {
            case Endpoint.Tcp tcp -> tcp.address();
            case Endpoint.Unix unix -> UnixDomainSocketAddress.of(unix.path());
            case Endpoint.Vsock vsock -> throw new IllegalArgumentException(vsock.toString());
        });
        return new SocketPair(listening.accept(TcpSettings.DEFAULTS, () -> true), client);
    }

    @Override
    public void close() throws IOException {
        ours.close();
        ours.release();
        client.close();
    }
}
