package dev.ashlar.nbd.transport;

import dev.ashlar.nbd.Peer;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/**
 * A connected socket: one system call per batch, and none to find out whether to wait.
 *
 * <p>Invariant: the descriptor's number is given back only by {@link #release}, which the owner of the connection calls
 * after the last {@code receive} and {@code send} have returned. {@link #close} from any thread ends the connection
 * and wakes whoever waits, but keeps the number: a call that was about to begin meets a dead socket, never a
 * stranger's. So receiving and sending need no lock and no counting.
 */
public final class SocketTransport implements Transport {
    /**
     * The most that one call sends. A call that waits for a slow peer says nothing until it ends, so this bounds how
     * much a peer can take without being seen to.
     */
    private static final int MAX_SEND_BYTES = (1 << 20) + (64 << 10);

    private final int fd;
    private final Peer peer;
    private final BooleanSupplier maySpin;
    private final SpinPolicy spin = new SpinPolicy();
    private final MessageHeader receiveHeader = new MessageHeader();
    private final MessageHeader sendHeader = new MessageHeader();
    private final TransportProgress progress = new TransportProgress();
    private final LifeProbe probe = new LifeProbe();
    private final Object lifeLock = new Object();
    private volatile boolean closed;
    private boolean released;

    /**
     * Takes over a connected socket.
     *
     * @param fd a blocking one
     * @param peer who is at the other end
     * @param maySpin whether there are processors to spare at this moment
     */
    SocketTransport(int fd, Peer peer, BooleanSupplier maySpin) {
        this.fd = fd;
        this.peer = peer;
        this.maySpin = maySpin;
    }

    @Override
    public Peer peer() {
        return peer;
    }

    /** What has passed through this socket, and what is waited for; for any thread. */
    public TransportProgress progress() {
        return progress;
    }

    @Override
    public int receive(MemorySegment target, long offset, int length) throws IOException {
        return take(address(target, offset, length), length, 0, 0);
    }

    @Override
    public int receive(
            MemorySegment target, long offset, int length, MemorySegment more, long moreOffset, int moreLength)
            throws IOException {
        return take(address(target, offset, length), length, address(more, moreOffset, moreLength), moreLength);
    }

    @Override
    public int receiveNow(MemorySegment target, long offset, int length) throws IOException {
        long address = address(target, offset, length);
        requireSome(length);
        requireOpen();
        return taken(SocketCalls.recv(fd, address, length, SocketCalls.MSG_DONTWAIT));
    }

    private int take(long address, int length, long more, int moreLength) throws IOException {
        requireSome(length + moreLength);
        requireOpen();
        if (moreLength > 0) {
            receiveHeader.set(address, length, more, moreLength);
        }
        progress.beginReceive();
        try {
            boolean scatter = moreLength > 0;
            int count = spin.spins() && maySpin.getAsBoolean() ? spin(address, length, scatter) : 0;
            return count != 0 ? count : await(address, length, scatter);
        } finally {
            progress.endReceive();
        }
    }

    private int await(long address, int length, boolean scatter) throws IOException {
        long began = System.nanoTime();
        long count = scatter
                ? SocketCalls.recvmsg(fd, receiveHeader.address(), 0)
                : SocketCalls.recv(fd, address, length, 0);
        spin.waited(System.nanoTime() - began);
        return taken(count);
    }

    /** Bytes that came while spinning, -1 at the end, or 0. What else there may be to know, waiting will tell. */
    private int spin(long address, int length, boolean scatter) throws IOException {
        long began = System.nanoTime();
        do {
            long count = scatter
                    ? SocketCalls.tryRecvmsg(fd, receiveHeader.address())
                    : SocketCalls.tryRecv(fd, address, length);
            if (count >= 0) {
                spin.hit();
                return taken(count);
            }
            Thread.onSpinWait();
        } while (System.nanoTime() - began < SpinPolicy.SPIN_NANOS);
        spin.missed();
        return 0;
    }

    @Override
    public void brought(int requests) {
        spin.brought(requests);
    }

    private int taken(long result) throws IOException {
        if (result > 0) {
            progress.received(result);
            return (int) result;
        }
        if (result == -SocketCalls.EAGAIN) {
            return 0;
        }
        if (result < 0) {
            throw failed("receiving", result);
        }
        return -1;
    }

    @Override
    public void send(MemorySegment source, long offset, int length) throws IOException {
        long address = address(source, offset, length);
        requireOpen();
        progress.beginSend();
        try {
            sendAll(address, length);
        } finally {
            progress.endSend();
        }
    }

    @Override
    public void send(MemorySegment source, long offset, int length, MemorySegment more, long moreOffset, int moreLength)
            throws IOException {
        long first = address(source, offset, length);
        long second = address(more, moreOffset, moreLength);
        requireOpen();
        progress.beginSend();
        try {
            int done = 0;
            while (done < length) {
                int seconds = Math.clamp(MAX_SEND_BYTES - (length - done), 0, moreLength);
                sendHeader.set(first + done, length - done, second, seconds);
                done += sent(SocketCalls.sendmsg(fd, sendHeader.address()));
            }
            sendAll(second + (done - length), moreLength - (done - length));
        } finally {
            progress.endSend();
        }
    }

    private void sendAll(long address, int length) throws IOException {
        for (int done = 0; done < length; ) {
            done += sent(SocketCalls.send(fd, address + done, Math.min(length - done, MAX_SEND_BYTES)));
        }
    }

    private int sent(long result) throws IOException {
        if (result < 0) {
            throw failed("sending", result);
        }
        progress.sent(result);
        return (int) result;
    }

    private IOException failed(String doing, long result) {
        if (closed) {
            return new ClosedChannelException();
        }
        return new SocketException(doing + ": " + SocketCalls.text((int) -result));
    }

    /** The address of a range, which is inside a native segment. */
    private static long address(MemorySegment segment, long offset, int length) {
        Objects.checkFromIndexSize(offset, length, segment.byteSize());
        if (!segment.isNative()) {
            throw new IllegalArgumentException("not native: segment=" + segment);
        }
        return segment.address() + offset;
    }

    private static void requireSome(int length) {
        if (length <= 0) {
            throw new IllegalArgumentException("length=" + length);
        }
    }

    private void requireOpen() throws ClosedChannelException {
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public boolean peerGone() {
        synchronized (lifeLock) {
            if (closed) {
                return true;
            }
            short gone = SocketCalls.POLLRDHUP | SocketCalls.POLLHUP | SocketCalls.POLLERR;
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment entry = arena.allocate(PollEntry.BYTES, Integer.BYTES);
                PollEntry.set(entry, 0, fd, SocketCalls.POLLRDHUP);
                return SocketCalls.poll(entry.address(), 1, 0) > 0 && (PollEntry.events(entry, 0) & gone) != 0;
            }
        }
    }

    /**
     * Bytes that have arrived from the peer, the ones included that nobody has received yet: -1 where the system does
     * not count them, as on Unix sockets.
     */
    public long arrivedBytes() {
        synchronized (lifeLock) {
            return released ? -1 : TcpInfo.bytesReceived(fd);
        }
    }

    /**
     * Time since anything came from the peer, in milliseconds; what its system acknowledges by itself counts. -1 where
     * the system does not know, as on Unix sockets.
     */
    public long silentMillis() {
        synchronized (lifeLock) {
            return released ? -1 : TcpInfo.silentMillis(fd);
        }
    }

    /** Asks the system of a TCP peer for a sign of life, soon and then every second; {@link #endProbe} must follow. */
    public void beginProbe() {
        synchronized (lifeLock) {
            if (!released) {
                probe.begin(fd);
            }
        }
    }

    /** Asks no more often than before. */
    public void endProbe() {
        synchronized (lifeLock) {
            if (!released) {
                probe.end(fd);
            }
        }
    }

    @Override
    public void endInput() throws IOException {
        shutdown(SocketCalls.SHUT_RD);
    }

    /** Ends the connection in both directions; {@link #release} must follow. */
    @Override
    public void close() throws IOException {
        closed = true;
        shutdown(SocketCalls.SHUT_RDWR);
    }

    private void shutdown(int how) {
        synchronized (lifeLock) {
            if (!released) {
                // It fails only where the peer has ended the connection before.
                SocketCalls.shutdown(fd, how);
            }
        }
    }

    /** Gives the descriptor back. No call that receives or sends may be under way, or follow. */
    public void release() {
        synchronized (lifeLock) {
            closed = true;
            if (!released) {
                released = true;
                SocketCalls.close(fd);
            }
        }
    }
}
