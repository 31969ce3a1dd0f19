package dev.ashlar.nbd.client;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;

/** A client's TLS over a blocking channel. Not thread-safe. */
final class TlsChannel implements ByteChannel {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final ByteChannel below;
    private final SSLEngine engine;
    private final ByteBuffer received;
    private final ByteBuffer plain;
    private final ByteBuffer sealed;

    private TlsChannel(ByteChannel below, SSLEngine engine) {
        this.below = below;
        this.engine = engine;
        int packetBytes = engine.getSession().getPacketBufferSize();
        received = ByteBuffer.allocate(packetBytes).limit(0);
        sealed = ByteBuffer.allocate(packetBytes);
        plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize()).limit(0);
    }

    /** Encrypts what goes over {@code below} from now on. */
    static TlsChannel handshake(ByteChannel below, SSLEngine engine) throws IOException {
        TlsChannel channel = new TlsChannel(below, engine);
        engine.beginHandshake();
        while (engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
            if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                channel.wrap(NOTHING);
            } else if (!channel.unwrap()) {
                throw new EOFException("the server ended the TLS handshake");
            }
        }
        return channel;
    }

    private void runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    /** What is sealed although an error follows is an alert, which the server should see. */
    private Status wrap(ByteBuffer source) throws IOException {
        SSLEngineResult result = engine.wrap(source, sealed.clear());
        sealed.flip();
        while (sealed.hasRemaining()) {
            below.write(sealed);
        }
        runTasks();
        return result.getStatus();
    }

    /** Opens one record more; false at the end, which is honest only after the server has said so. */
    private boolean unwrap() throws IOException {
        while (true) {
            plain.compact();
            SSLEngineResult result;
            try {
                result = engine.unwrap(received, plain);
            } finally {
                plain.flip();
            }
            runTasks();
            switch (result.getStatus()) {
                case CLOSED -> {
                    return false;
                }
                case OK -> {
                    return true;
                }
                default -> receive();
            }
        }
    }

    private void receive() throws IOException {
        received.compact();
        try {
            if (below.read(received) < 0) {
                throw new EOFException("the server closed the connection in the middle of TLS");
            }
        } finally {
            received.flip();
        }
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        while (!plain.hasRemaining()) {
            if (!unwrap()) {
                return -1;
            }
        }
        int count = Math.min(target.remaining(), plain.remaining());
        target.put(plain.slice(plain.position(), count));
        plain.position(plain.position() + count);
        return count;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        int count = source.remaining();
        while (source.hasRemaining()) {
            if (wrap(source) == Status.CLOSED) {
                throw new IOException("TLS has been ended already");
            }
        }
        return count;
    }

    @Override
    public boolean isOpen() {
        return below.isOpen();
    }

    /** Says the end, unless the server has left first, as it may after a last request; closes the channel below. */
    @Override
    public void close() throws IOException {
        engine.closeOutbound();
        try {
            while (!engine.isOutboundDone()) {
                wrap(NOTHING);
            }
        } catch (IOException _) {
            // It has left first.
        } finally {
            below.close();
        }
    }
}
