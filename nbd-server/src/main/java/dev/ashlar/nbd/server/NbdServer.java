package dev.ashlar.nbd.server;

import dev.ashlar.nbd.ConnectionStatus;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.ServerLimits;
import dev.ashlar.nbd.TlsSettings;
import dev.ashlar.nbd.TlsSetupException;
import dev.ashlar.nbd.export.ServedExport;
import dev.ashlar.nbd.tls.TlsServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
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
     * Serves {@code export} from now on.
     *
     * @throws IllegalArgumentException if an export of that name is served already
     */
    public void addExport(Export export) {
        state.exports().add(export);
    }

    /**
     * Ends an export: nobody can open it any more, its clients get answers to what they had sent, then are closed.
     * Waits for that, at most {@link ServerLimits#drainTimeout} and two seconds for cutting off who is left.
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
        if (export.awaitUnused(System.nanoTime() + state.limits().drainTimeout().toNanos())) {
            return true;
        }
        LOG.warn("export '{}': clients did not end in time and are cut off", name);
        export.abortUsers();
        return export.awaitUnused(System.nanoTime() + ABORT_GRACE_NANOS);
    }

    /**
     * Listens on a TCP address.
     *
     * @param host a name or address of this machine, "0.0.0.0" or "::" for all
     * @param port 0 for a free one
     * @return the address with the port in use
     * @throws BindException if the address is taken or not ours
     */
    public InetSocketAddress listenTcp(String host, int port) throws IOException {
        InetSocketAddress address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new UnknownHostException("no address for this host: host=" + host);
        }
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            channel.bind(address, BACKLOG);
            InetSocketAddress bound = (InetSocketAddress) channel.getLocalAddress();
            start(new Listener(host + ":" + bound.getPort(), channel, state, () -> {}));
            return bound;
        } catch (BindException e) {
            channel.close();
            throw named(e, host + ":" + port);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Listens on a Unix socket. The file of a server that is gone is replaced; ours is removed when the server closes.
     *
     * @throws BindException if a living server has the socket, or the file is none
     */
    public void listenUnix(Path path) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            UnixSocketFile file = UnixSocketFile.bind(channel, path, BACKLOG);
            start(new Listener(path.toString(), channel, state, file));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static BindException named(BindException e, String address) {
        BindException named = new BindException(address + ": " + e.getMessage());
        named.initCause(e);
        return named;
    }

    private synchronized void start(Listener listener) throws IOException {
        if (state.stopping()) {
            listener.close();
            throw new IllegalStateException("the server has been shut down");
        }
        listeners.add(listener);
        listener.start();
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
        state.buffers().trim();
        state.payloads().trim();
        return ended;
    }

    private synchronized void closeListeners() {
        for (Listener listener : listeners) {
            try {
                listener.close();
            } catch (IOException e) {
                LOG.warn("closing a listener: {}", e.toString());
            }
        }
        listeners.clear();
    }

    /** {@link #shutdown} with {@link ServerLimits#drainTimeout}. */
    @Override
    public void close() {
        try {
            shutdown(state.limits().drainTimeout());
        } catch (InterruptedException _) {
            state.connections().forEach(Connection::abort);
            Thread.currentThread().interrupt();
        }
    }
}
