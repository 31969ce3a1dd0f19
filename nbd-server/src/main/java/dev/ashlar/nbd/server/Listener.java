package dev.ashlar.nbd.server;

import dev.ashlar.nbd.transport.SocketTransport;
import dev.ashlar.nbd.transport.Transport;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
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

    private final String address;
    private final ServerSocketChannel channel;
    private final ServerState server;
    private final Closeable afterwards;
    private long nextWarningAt = System.nanoTime();

    /**
     * @param address for people and thread names
     * @param channel bound; closed with the listener
     * @param afterwards closed after the channel
     */
    Listener(String address, ServerSocketChannel channel, ServerState server, Closeable afterwards) {
        this.address = address;
        this.channel = channel;
        this.server = server;
        this.afterwards = afterwards;
    }

    void start() {
        Thread.ofPlatform().daemon().name("nbd-accept-" + address).start(this::acceptAll);
        LOG.info("listening on {}", address);
    }

    private void acceptAll() {
        while (channel.isOpen()) {
            try {
                serve(channel.accept());
            } catch (ClosedChannelException _) {
                return;
            } catch (IOException | OutOfMemoryError e) {
                warn("accepting on {} failed: {}", e.toString());
                LockSupport.parkNanos(PAUSE_AFTER_FAILURE_NANOS);
            }
        }
    }

    private void serve(SocketChannel accepted) throws IOException {
        boolean served = false;
        try {
            long id = server.nextId();
            Transport transport = new SocketTransport(accepted, server::processorsToSpare);
            Connection connection = new Connection(id, transport, server);
            if (!server.begun(connection)) {
                warn("a connection on {} is refused: {}",
                        "maxConnections=" + server.limits().maxConnections());
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
                accepted.close();
            }
        }
    }

    private void warn(String format, String what) {
        long now = System.nanoTime();
        if (now - nextWarningAt >= 0) {
            nextWarningAt = now + WARNING_INTERVAL_NANOS;
            LOG.warn(format, address, what);
        }
    }

    @Override
    public void close() throws IOException {
        try (afterwards) {
            channel.close();
        }
    }
}
