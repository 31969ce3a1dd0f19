package dev.ashlar.nbd.transport;

import dev.ashlar.nbd.Peer;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * A TCP or Unix socket: one system call per batch, and none to find out whether to wait.
 *
 * <p>The channel is blocking, except during a run of waits that are worth spinning through; it is switched at the
 * beginning and the end of such a run, not per request.
 */
public final class SocketTransport implements Transport {

    /** Unix sockets do not tune themselves: with less, a 1 MiB reply is sent in many sleeps. */
    private static final int UNIX_BUFFER_BYTES = 1 << 20;

    private final SocketChannel channel;
    private final Peer peer;
    private final BooleanSupplier maySpin;
    private final SpinPolicy spin = new SpinPolicy();
    private boolean blocking = true;

    /**
     * Takes over {@code channel}, which must be connected and blocking, and sets the options that suit NBD.
     *
     * @param maySpin whether there are processors to spare at this moment
     */
    public SocketTransport(SocketChannel channel, BooleanSupplier maySpin) throws IOException {
        this.channel = channel;
        this.maySpin = maySpin;
        SocketAddress local = channel.getLocalAddress();
        if (local instanceof UnixDomainSocketAddress unix) {
            channel.setOption(StandardSocketOptions.SO_SNDBUF, UNIX_BUFFER_BYTES);
            channel.setOption(StandardSocketOptions.SO_RCVBUF, UNIX_BUFFER_BYTES);
            peer = new Peer("unix:" + unix.getPath(), null, -1, false, List.of());
        } else {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            InetSocketAddress remote = (InetSocketAddress) channel.getRemoteAddress();
            String text = remote.getAddress().getHostAddress() + ":" + remote.getPort();
            peer = new Peer(text, remote.getAddress(), -1, false, List.of());
        }
    }

    @Override
    public Peer peer() {
        return peer;
    }

    @Override
    public int receive(MemorySegment target, long offset, int length) throws IOException {
        return receive(view(target, offset, length));
    }

    private int receive(ByteBuffer target) throws IOException {
        if (spin.spins() && maySpin.getAsBoolean()) {
            int count = spin(target);
            if (count != 0) {
                return count;
            }
        }
        block(true);
        long began = System.nanoTime();
        int count = channel.read(target);
        spin.waited(System.nanoTime() - began);
        return count;
    }

    private int spin(ByteBuffer target) throws IOException {
        block(false);
        long began = System.nanoTime();
        do {
            int count = channel.read(target);
            if (count != 0) {
                spin.hit();
                return count;
            }
            Thread.onSpinWait();
        } while (System.nanoTime() - began < SpinPolicy.SPIN_NANOS);
        spin.missed();
        return 0;
    }

    @Override
    public int receiveNow(MemorySegment target, long offset, int length) throws IOException {
        block(false);
        return channel.read(view(target, offset, length));
    }

    @Override
    public int receive(
            MemorySegment target, long offset, int length, MemorySegment more, long moreOffset, int moreLength)
            throws IOException {
        return receive(target, offset, length);
    }

    @Override
    public void send(MemorySegment source, long offset, int length) throws IOException {
        send(view(source, offset, length));
    }

    @Override
    public void send(MemorySegment source, long offset, int length, MemorySegment more, long moreOffset, int moreLength)
            throws IOException {
        send(source, offset, length);
        send(more, moreOffset, moreLength);
    }

    @Override
    public boolean peerGone() {
        return !channel.isOpen();
    }

    private static ByteBuffer view(MemorySegment segment, long offset, int length) {
        return segment.asSlice(offset, length).asByteBuffer();
    }

    private void send(ByteBuffer source) throws IOException {
        while (true) {
            channel.write(source);
            if (!source.hasRemaining()) {
                return;
            }
            // The peer is slower than we are: this is a wait, and not one to spin through.
            block(true);
        }
    }

    private void block(boolean wanted) throws IOException {
        if (blocking != wanted) {
            channel.configureBlocking(wanted);
            blocking = wanted;
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
