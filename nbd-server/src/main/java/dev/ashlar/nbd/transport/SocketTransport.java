package dev.ashlar.nbd.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** A TCP or Unix socket in blocking mode: one system call per batch, and none to find out whether to wait. */
public final class SocketTransport implements Transport {

    /** Unix sockets do not tune themselves: with less, a 1 MiB reply is sent in many sleeps. */
    private static final int UNIX_BUFFER_BYTES = 1 << 20;

    private final SocketChannel channel;
    private final String peer;

    /** Takes over {@code channel}, which must be connected and blocking, and sets the options that suit NBD. */
    public SocketTransport(SocketChannel channel) throws IOException {
        this.channel = channel;
        SocketAddress local = channel.getLocalAddress();
        if (local instanceof UnixDomainSocketAddress unix) {
            channel.setOption(StandardSocketOptions.SO_SNDBUF, UNIX_BUFFER_BYTES);
            channel.setOption(StandardSocketOptions.SO_RCVBUF, UNIX_BUFFER_BYTES);
            peer = "unix:" + unix.getPath();
        } else {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            peer = channel.getRemoteAddress() instanceof InetSocketAddress remote
                    ? remote.getAddress().getHostAddress() + ":" + remote.getPort()
                    : "unknown";
        }
    }

    @Override
    public String peer() {
        return peer;
    }

    @Override
    public int receive(ByteBuffer target) throws IOException {
        return channel.read(target);
    }

    @Override
    public int receiveNow(ByteBuffer target) throws IOException {
        channel.configureBlocking(false);
        try {
            return channel.read(target);
        } finally {
            channel.configureBlocking(true);
        }
    }

    @Override
    public void send(ByteBuffer source) throws IOException {
        while (source.hasRemaining()) {
            channel.write(source);
        }
    }

    @Override
    public void endInput() throws IOException {
        channel.shutdownInput();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
