package dev.ashlar.nbd.testkit;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;

/** A client's TLS over a blocking channel. Reading and writing may happen in two threads once the handshake is done. */
public final class TlsChannel implements ByteChannel {
    private static final int ROOM = 40 << 10;

    private final ByteChannel lower;
    private final SSLEngine engine;
    private final ByteBuffer received = ByteBuffer.allocate(ROOM).limit(0);
    private final ByteBuffer plain = ByteBuffer.allocate(ROOM).limit(0);
    private final ByteBuffer sealed = ByteBuffer.allocate(ROOM);
    private boolean handshaken;

    public TlsChannel(ByteChannel lower, SSLEngine engine) throws IOException {
        this.lower = lower;
        this.engine = engine;
        engine.beginHandshake();
        while (!handshaken) {
            if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                wrap(ByteBuffer.allocate(0));
            } else if (!unwrap()) {
                throw new EOFException("the server ended the TLS handshake");
            }
        }
    }

    public SSLEngine engine() {
        return engine;
    }

    private void after(SSLEngineResult result) {
        Runnable task;
        while ((task = engine.getDelegatedTask()) != null) {
            task.run();
        }
        handshaken |= result.getHandshakeStatus() == HandshakeStatus.FINISHED;
    }

    private synchronized SSLEngineResult wrap(ByteBuffer source) throws IOException {
        SSLEngineResult result = engine.wrap(source, sealed.clear());
        sealed.flip();
        while (sealed.hasRemaining()) {
            lower.write(sealed);
        }
        after(result);
        return result;
    }

    /** Opens one record more: false at the end of the stream, which is clean only after close_notify. */
    private boolean unwrap() throws IOException {
        while (true) {
            plain.compact();
            SSLEngineResult result = engine.unwrap(received, plain);
            plain.flip();
            after(result);
            if (result.getStatus() == Status.CLOSED) {
                return false;
            }
            if (result.getStatus() == Status.OK) {
                return true;
            }
            received.compact();
            int count = lower.read(received);
            received.flip();
            if (count < 0) {
                throw new EOFException("closed without close_notify");
            }
        }
    }

    /** Asks for new keys on both sides, TLS 1.3. They come into force with the next record of each side. */
    public void updateKeys() throws IOException {
        engine.beginHandshake();
        while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
            wrap(ByteBuffer.allocate(0));
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
        int before = source.remaining();
        while (source.hasRemaining()) {
            if (wrap(source).getStatus() == Status.CLOSED) {
                throw new IOException("TLS has been ended already");
            }
        }
        return before;
    }

    /** Says close_notify and goes on reading. */
    public void endOutput() throws IOException {
        engine.closeOutbound();
        while (!engine.isOutboundDone()) {
            wrap(ByteBuffer.allocate(0));
        }
    }

    @Override
    public boolean isOpen() {
        return lower.isOpen();
    }

    /** Says close_notify where that is possible, and closes. */
    @Override
    public void close() throws IOException {
        try {
            endOutput();
        } catch (IOException _) {
            // The server has left first.
        } finally {
            lower.close();
        }
    }
}
