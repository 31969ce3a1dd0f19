package dev.ashlar.nbd.transport;

import dev.ashlar.nbd.Endpoint;
import dev.ashlar.nbd.Peer;
import dev.ashlar.nbd.TcpSettings;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.BindException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/**
 * A socket that listens. One thread accepts; {@link #wake} from any other ends that for good, and {@link #close}
 * belongs after it.
 *
 * <p>The thread is woken by a descriptor of its own beside the socket, because the socket may be another process's too:
 * shutting it down would take it from a service manager that wants to hand it to the next server.
 */
public final class ListeningSocket implements Closeable {

    /** This machine does not have the address, or does not speak its protocol. */
    public static final class NoSuchAddressException extends BindException {
        private static final long serialVersionUID = 1L;

        NoSuchAddressException(String message) {
            super(message);
        }
    }

    private final int fd;
    private final int wakeFd;
    private final Endpoint address;
    private boolean closed;

    private ListeningSocket(int fd) throws IOException {
        this.fd = fd;
        this.address = boundAddress(fd);
        check("listening at " + address, SocketCalls.setNonBlocking(fd));
        this.wakeFd = check("listening at " + address, SocketCalls.eventfd());
    }

    /**
     * Listens on a TCP address; on the IPv6 wildcard, for IPv4 as well.
     *
     * @throws BindException if it is taken
     * @throws NoSuchAddressException if it is not this machine's
     */
    public static ListeningSocket tcp(InetSocketAddress address, int backlog) throws IOException {
        boolean wide = address.getAddress() instanceof Inet6Address;
        String doing = "listening at " + Endpoint.text(address);
        int fd = check(doing, SocketCalls.socket(wide ? SocketCalls.AF_INET6 : SocketCalls.AF_INET));
        try (Arena arena = Arena.ofConfined()) {
            check(doing, SocketCalls.setOption(fd, SocketCalls.SOL_SOCKET, SocketCalls.SO_REUSEADDR, 1));
            if (wide) {
                check(doing, SocketCalls.setOption(fd, SocketCalls.IPPROTO_IPV6, SocketCalls.IPV6_V6ONLY, 0));
            }
            check(doing, SocketCalls.bind(fd, SocketAddresses.of(address, arena)));
            return listen(fd, backlog, doing);
        } catch (IOException | RuntimeException e) {
            SocketCalls.close(fd);
            throw e;
        }
    }

    /** What is done to the file of a Unix socket before anybody can connect to it. */
    @FunctionalInterface
    public interface Preparation {
        /** Called between binding and listening. */
        void bound(Path path) throws IOException;
    }

    /**
     * Listens on a Unix socket, for which a file is made.
     *
     * @throws BindException if there is a file of that name
     */
    public static ListeningSocket unix(Path path, int backlog, Preparation preparation) throws IOException {
        String doing = "listening at " + path;
        int fd = check(doing, SocketCalls.socket(SocketCalls.AF_UNIX));
        try (Arena arena = Arena.ofConfined()) {
            check(doing, SocketCalls.bind(fd, SocketAddresses.of(path, arena)));
            preparation.bound(path);
            return listen(fd, backlog, doing);
        } catch (IOException | RuntimeException e) {
            SocketCalls.close(fd);
            throw e;
        }
    }

    /**
     * Listens on a vsock port, for the virtual machines of this host, or for the host of this machine.
     *
     * @param port 0 for a free one
     * @throws BindException if it is taken
     * @throws NoSuchAddressException if the system does not speak this protocol
     */
    public static ListeningSocket vsock(int port, int backlog) throws IOException {
        String doing = "listening at vsock:" + Integer.toUnsignedString(port);
        int fd = check(doing, SocketCalls.socket(SocketCalls.AF_VSOCK));
        try (Arena arena = Arena.ofConfined()) {
            check(doing, SocketCalls.bind(fd, SocketAddresses.vsock(port == 0 ? SocketAddresses.ANY : port, arena)));
            return listen(fd, backlog, doing);
        } catch (IOException | RuntimeException e) {
            SocketCalls.close(fd);
            throw e;
        }
    }

    private static ListeningSocket listen(int fd, int backlog, String doing) throws IOException {
        check(doing, SocketCalls.listen(fd, backlog));
        return new ListeningSocket(fd);
    }

    /**
     * Takes over a socket that listens already, and is from now on closed in programs that are started.
     *
     * @throws SocketException if {@code fd} is something else; it stays open then
     */
    public static ListeningSocket inherited(int fd) throws IOException {
        String what = "descriptor " + fd;
        check(what, SocketCalls.setCloseOnExec(fd));
        if (intOption(fd, SocketCalls.SO_TYPE) != SocketCalls.SOCK_STREAM
                || intOption(fd, SocketCalls.SO_ACCEPTCONN) != 1) {
            throw new SocketException(what + " is no listening stream socket");
        }
        return new ListeningSocket(fd);
    }

    private static int intOption(int fd, int name) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(ValueLayout.JAVA_INT);
            check("descriptor " + fd, SocketCalls.getOption(fd, SocketCalls.SOL_SOCKET, name, value));
            return value.get(ValueLayout.JAVA_INT, 0);
        }
    }

    private static Endpoint boundAddress(int fd) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment room = arena.allocate(SocketAddresses.MAX_BYTES, Long.BYTES);
            MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, SocketAddresses.MAX_BYTES);
            check("descriptor " + fd, SocketCalls.getsockname(fd, room, length));
            return SocketAddresses.endpoint(room, length.get(ValueLayout.JAVA_INT, 0));
        }
    }

    int descriptor() {
        return fd;
    }

    /** Where it listens, with the port in use. */
    public Endpoint address() {
        return address;
    }

    /**
     * Waits for a connection.
     *
     * @param maySpin as {@link SocketTransport} wants it
     * @return the connection, or null after {@link #wake}
     * @throws IOException if the system cannot give one at this moment
     */
    public SocketTransport accept(TcpSettings settings, BooleanSupplier maySpin) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment entries = arena.allocate(2L * PollEntry.BYTES, Integer.BYTES);
            MemorySegment remote = arena.allocate(SocketAddresses.MAX_BYTES, Long.BYTES);
            MemorySegment length = arena.allocate(ValueLayout.JAVA_INT);
            while (true) {
                PollEntry.set(entries, 0, wakeFd, SocketCalls.POLLIN);
                PollEntry.set(entries, 1, fd, SocketCalls.POLLIN);
                check("waiting at " + address, SocketCalls.poll(entries.address(), 2, -1));
                if (PollEntry.events(entries, 0) != 0) {
                    return null;
                }
                length.set(ValueLayout.JAVA_INT, 0, SocketAddresses.MAX_BYTES);
                int accepted = SocketCalls.accept(fd, remote, length);
                // Another process that has the socket was faster, or the peer has left again.
                if (accepted != -SocketCalls.EAGAIN && accepted != -SocketCalls.ECONNABORTED) {
                    return transport(check("accepting at " + address, accepted), remote, settings, maySpin);
                }
            }
        }
    }

    private SocketTransport transport(
            int accepted, MemorySegment remote, TcpSettings settings, BooleanSupplier maySpin) throws IOException {
        try {
            Peer peer = SocketPeers.of(accepted, remote, address);
            SocketTuning.apply(accepted, SocketAddresses.family(remote), settings);
            return new SocketTransport(accepted, peer, maySpin);
        } catch (IOException | RuntimeException | Error e) {
            SocketCalls.close(accepted);
            throw e;
        }
    }

    /** Lets {@link #accept} return null, now and whenever it is called. */
    public synchronized void wake() {
        if (!closed) {
            SocketCalls.signal(wakeFd);
        }
    }

    /** Gives the descriptors back; no thread may accept any more. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            SocketCalls.close(fd);
            SocketCalls.close(wakeFd);
        }
    }

    private static int check(String doing, int result) throws IOException {
        if (result >= 0) {
            return result;
        }
        String message = doing + ": " + SocketCalls.text(-result);
        throw switch (-result) {
            case SocketCalls.EADDRINUSE -> new BindException(message);
            case SocketCalls.EADDRNOTAVAIL, SocketCalls.EAFNOSUPPORT -> new NoSuchAddressException(message);
            default -> new SocketException(message);
        };
    }
}
