package dev.ashlar.nbd.server;

import dev.ashlar.nbd.ConnectionStatus;
import dev.ashlar.nbd.Endpoint;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.ServerLimits;
import dev.ashlar.nbd.TimeLimits;
import dev.ashlar.nbd.TlsSettings;
import dev.ashlar.nbd.TlsSetupException;
import dev.ashlar.nbd.export.ServedExport;
import dev.ashlar.nbd.tls.TlsServer;
import dev.ashlar.nbd.transport.ListeningSocket;
import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves block devices to NBD clients, at any number of addresses, under any number of names.
 *
 * <p>All methods may be called from any thread. Exports come and go while the server runs; it never closes a device.
 * The threads of a server are daemons.
 */
public final class NbdServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NbdServer.class);

    /** Pending connections that the system keeps per address; the system's own bound may be lower. */
    private static final int BACKLOG = 512;

    /** How long clients that still negotiate hold up a shutdown: nothing of theirs is in flight. */
    private static final long NEGOTIATION_GRACE_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** How long threads get to notice that their connection was cut off. */
    private static final long ABORT_GRACE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final ServerState state;
    private final List<Listener> listeners = new ArrayList<>();

    /** A server with {@link ServerLimits#DEFAULTS}, without exports and addresses. */
    public NbdServer() {
        this(ServerLimits.DEFAULTS);
    }

    /** A server without exports and addresses. */
    public NbdServer(ServerLimits limits) {
        this.state = new ServerState(limits);
    }

    /**
     * Does TLS for connections that begin from now on; to be called before the server listens. Changed files are used
     * by new handshakes within a second, without a restart; while they are broken, the old contents stay in use and the
     * log says so once. A file that has disappeared counts as broken.
     *
     * @throws TlsSetupException if the files will not do: one sentence, naming the file
     * @throws IllegalStateException if the server listens already
     */
    public synchronized void useTls(TlsSettings settings) throws TlsSetupException {
        if (!listeners.isEmpty()) {
            throw new IllegalStateException("the server listens already, without TLS");
        }
        state.tls(new TlsServer(settings, System::nanoTime));
    }

    /**
     * Reads the files of TLS again now. Connections that are up stay as they are.
     *
     * @throws TlsSetupException if the files will not do; the old contents stay in use
     * @throws IllegalStateException without {@link #useTls}
     */
    public void reloadTls() throws TlsSetupException {
        TlsServer tls = state.tls();
        if (tls == null) {
            throw new IllegalStateException("the server does no TLS");
        }
        tls.reload();
    }

    /**
     * Serves {@code export} from now on. As long as a call is inside its device that an export has left behind which was
     * removed before, clients are refused after the time of {@link TimeLimits#takeover}, and may try again.
     *
     * @throws IllegalArgumentException if an export of that name is served already
     */
    public void addExport(Export export) {
        state.exports().add(export);
    }

    /**
     * Serves an export that is there under other rules and rates, and with other words and contexts, from now on.
     * Connections that use it stay, at their old rates, unless the new rules do not let them in: then they are asked to end.
     *
     * @throws IllegalArgumentException if there is no export of that name, or device or read-only are others
     */
    public void changeExport(Export export) {
        state.exports().change(export);
    }

    /**
     * Holds connections that begin from now on to other limits. {@link ServerLimits#payloadMemoryBytes}, {@link
     * ServerLimits#payloadWait} and {@link TimeLimits#takeover} stay as they were when the server was made.
     */
    public void changeLimits(ServerLimits limits) {
        state.change(limits);
    }

    /**
     * Whether connections that begin from now on log every request that they answer, a line each at level INFO; they do
     * not unless this says so. Writing the lines holds up the requests behind.
     */
    public void logRequests(boolean wanted) {
        state.logRequests(wanted);
    }

    /**
     * Ends an export: nobody can open it any more, its clients get answers to what they had sent, then are closed.
     * Waits for that, at most {@link TimeLimits#drain} and two seconds for cutting off who is left.
     *
     * @return whether no thread of the server is inside the device any more; if not, closing the device must wait for
     *     the calls in it
     * @throws NoSuchElementException if there is no such export
     */
    public boolean removeExport(String name) throws InterruptedException {
        ServedExport export = state.exports().remove(name);
        if (export == null) {
            throw new NoSuchElementException("no export of this name: name=" + name);
        }
        export.close();
        state.forget(export);
        boolean unused = export.awaitUnused(System.nanoTime() + state.limits().times().drain().toNanos());
        if (!unused) {
            LOG.warn("export '{}': clients did not end in time and are cut off", name);
            export.abortUsers();
            unused = export.awaitUnused(System.nanoTime() + ABORT_GRACE_NANOS);
        }
        state.exports().forgetAbandoned();
        return unused;
    }

    /**
     * Listens on a TCP port, at every address that the host has.
     *
     * @param host a name or address of this machine; "0.0.0.0" for all of IPv4, "::" for all of both
     * @param port 0 for a free one
     * @return the first address, with the port in use
     * @throws BindException if an address is taken, or none is ours
     */
    public InetSocketAddress listenTcp(String host, int port) throws IOException {
        List<ListeningSocket> sockets = TcpAddresses.listen(host, port, BACKLOG);
        start(sockets, () -> {});
        return ((Endpoint.Tcp) sockets.getFirst().address()).address();
    }

    /**
     * Listens on a Unix socket that everybody may connect to whom the directory lets in, as far as the umask allows it.
     * The file of a server that is gone is replaced; ours is removed when the server closes.
     *
     * @throws BindException if a living server has the socket, or the file is none
     */
    public void listenUnix(Path path) throws IOException {
        listenUnix(path, _ -> {});
    }

    /**
     * Listens on a Unix socket that those may connect to whom {@code permissions} let write.
     *
     * @throws BindException as {@link #listenUnix(Path)}
     */
    public void listenUnix(Path path, Set<PosixFilePermission> permissions) throws IOException {
        listenUnix(path, file -> Files.setPosixFilePermissions(file, permissions));
    }

    private void listenUnix(Path path, ListeningSocket.Preparation preparation) throws IOException {
        UnixSocketFile file = UnixSocketFile.bind(path, BACKLOG, preparation);
        start(List.of(file.socket()), file);
    }

    /**
     * Listens on a vsock port: virtual machines of this host reach it as machine 2, and the host of a virtual machine by
     * the number that it has given to it. Who comes so has no address and no user for the rules of exports.
     *
     * @param port 0 for a free one; 32 bits without sign
     * @return the port in use
     * @throws BindException if the port is taken, or the system does not speak vsock
     */
    public int listenVsock(int port) throws IOException {
        ListeningSocket socket = ListeningSocket.vsock(port, BACKLOG);
        start(List.of(socket), () -> {});
        return ((Endpoint.Vsock) socket.address()).port();
    }

    /**
     * Listens on the sockets that a service manager has passed to this process, if any: TCP, Unix and vsock in any
     * mixture. They stay the manager's: nothing is removed when the server closes. The first server that asks gets
     * them.
     *
     * @return where, in the order of passing; empty when none were passed
     * @throws IOException if one of them is no listening stream socket; nothing is listened to then
     */
    public List<Endpoint> listenInherited() throws IOException {
        List<ListeningSocket> sockets = InheritedSockets.open(InheritedSockets.take());
        start(sockets, () -> {});
        return sockets.stream().map(ListeningSocket::address).toList();
    }

    /** Where the server listens, in the order of asking. */
    public synchronized List<Endpoint> addresses() {
        return listeners.stream().map(Listener::address).toList();
    }

    /**
     * Listens on all of the sockets, or closes them all.
     *
     * @param name closed with each of them, as {@link Listener} says
     */
    synchronized void start(List<ListeningSocket> sockets, Closeable name) {
        List<Listener> fresh = sockets.stream().map(socket -> new Listener(socket, state, name)).toList();
        boolean started = false;
        try {
            if (state.stopping()) {
                throw new IllegalStateException("the server has been shut down");
            }
            fresh.forEach(Listener::start);
            listeners.addAll(fresh);
            started = true;
        } finally {
            if (!started) {
                fresh.forEach(NbdServer::close);
            }
        }
    }

    private static void close(Listener listener) {
        try {
            listener.close();
        } catch (IOException e) {
            LOG.warn("closing a listener: {}", e.toString());
        }
    }

    /**
     * Runs {@code action} whenever the last connection has ended, if some connection has used an export by then. By the
     * thread of that connection, which must not be held up. To be called before the server listens.
     */
    public void whenClientsHaveLeft(Runnable action) {
        state.whenClientsHaveLeft(action);
    }

    /** What the server tells to monitoring. */
    public ServerMetrics metrics() {
        return new ServerMetrics(state);
    }

    /** What each connection is and has done, oldest first. Never blocks on I/O. */
    public List<ConnectionStatus> connections() {
        return state.connections().stream().map(Connection::status).toList();
    }

    /**
     * Ends the server: no new connections, ERR_SHUTDOWN for who negotiates, answers for what is in flight, ESHUTDOWN
     * for what comes later, then everything is closed. Returns at once when called again.
     *
     * @param drain how long requests in flight get to end before their connections are cut off
     * @return whether no thread of the server is inside a device any more
     */
    public boolean shutdown(Duration drain) throws InterruptedException {
        long deadline = System.nanoTime() + drain.toNanos();
        state.stop();
        closeListeners();
        state.exports().all().forEach(ServedExport::close);
        boolean ended = state.awaitNoConnections(
                Math.min(deadline, System.nanoTime() + NEGOTIATION_GRACE_NANOS));
        if (!ended) {
            state.connections().stream().filter(c -> !c.transmitting()).forEach(Connection::abort);
            ended = state.awaitNoConnections(deadline);
        }
        if (!ended) {
            LOG.warn("{} connections did not end in time and are cut off", state.connections().size());
            state.connections().forEach(Connection::abort);
            ended = state.awaitNoConnections(System.nanoTime() + ABORT_GRACE_NANOS);
        }
        state.timer().shutdownNow();
        state.memory().trim();
        return ended;
    }

    private synchronized void closeListeners() {
        listeners.forEach(NbdServer::close);
        listeners.clear();
    }

    /** {@link #shutdown} with {@link TimeLimits#drain}. */
    @Override
    public void close() {
        try {
            shutdown(state.limits().times().drain());
        } catch (InterruptedException _) {
            state.connections().forEach(Connection::abort);
            Thread.currentThread().interrupt();
        }
    }
}
