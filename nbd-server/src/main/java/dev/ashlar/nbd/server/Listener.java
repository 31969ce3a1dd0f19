package dev.ashlar.nbd.server;

import dev.ashlar.nbd.Endpoint;
import dev.ashlar.nbd.transport.ListeningSocket;
import dev.ashlar.nbd.transport.SocketTransport;
import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Accepts connections at one address, on a thread of its own. */
final class Listener implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Listener.class);

    /** Accepting fails when descriptors run out; trying again at once would only burn a core. */
    private static final long PAUSE_AFTER_FAILURE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long WARNING_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final ListeningSocket socket;
    private final ServerState server;
    private final Closeable name;
    private final Thread thread;
    private volatile boolean closing;
    private long nextWarningAt = System.nanoTime();

    /**
     * @param socket closed with the listener
     * @param name what others find the socket by, closed while it still listens: nobody takes the place of one that lives
     */
    Listener(ListeningSocket socket, ServerState server, Closeable name) {
        this.socket = socket;
        this.server = server;
        this.name = name;
        this.thread = Thread.ofPlatform().daemon().name("nbd-accept-" + socket.address()).unstarted(this::acceptAll);
    }

    void start() {
        thread.start();
        LOG.info("listening on {}", socket.address());
    }

    Endpoint address() {
        return socket.address();
    }

    private void acceptAll() {
        while (!closing) {
            try {
                SocketTransport accepted =
                        socket.accept(server.limits().tcp(), server::processorsToSpare);
                if (accepted == null) {
                    return;
                }
                serve(accepted);
            } catch (IOException | OutOfMemoryError e) {
                warn("accepting on {} failed: {}", socket.address(), e.toString());
                LockSupport.parkNanos(PAUSE_AFTER_FAILURE_NANOS);
            }
        }
    }

    private void serve(SocketTransport accepted) {
        boolean served = false;
        try {
            long id = server.nextId();
            Connection connection = new Connection(id, accepted, server);
            String refusal = server.begun(connection);
            if (refusal != null) {
                warn("{} is refused on {}: {}", connection.peer(), socket.address(), refusal);
                return;
            }
            try {
                Thread.ofPlatform().daemon().name("nbd-" + id).start(connection);
                served = true;
            } finally {
                if (!served) {
                    server.ended(connection);
                }
            }
        } finally {
            if (!served) {
                accepted.release();
            }
        }
    }

    private void warn(String format, Object... what) {
        long now = System.nanoTime();
        if (now - nextWarningAt >= 0) {
            nextWarningAt = now + WARNING_INTERVAL_NANOS;
            LOG.warn(format, what);
        }
    }

    /** Ends the thread, then gives the address back. */
    @Override
    public void close() throws IOException {
        try (socket; name) {
            closing = true;
            socket.wake();
            join();
        }
    }

    private void join() {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
