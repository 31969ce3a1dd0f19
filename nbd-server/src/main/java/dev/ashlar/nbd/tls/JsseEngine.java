package dev.ashlar.nbd.tls;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;

/** The JDK's TLS. Its engine guards itself against two threads. */
final class JsseEngine implements RecordEngine {
    private final SSLEngine engine;
    private final boolean asksClients;
    private boolean established;

    /**
     * @param engine for the server's side, set up, not begun
     * @param asksClients whether a certificate of the client has been asked for
     */
    JsseEngine(SSLEngine engine, boolean asksClients) throws SSLException {
        this.engine = engine;
        this.asksClients = asksClients;
        engine.beginHandshake();
    }

    @Override
    public boolean established() {
        return established;
    }

    @Override
    public void open(ByteBuffer record, ByteBuffer plain) throws IOException {
        while (record.hasRemaining()) {
            SSLEngineResult result = engine.unwrap(record, plain);
            // The engine may look at a record twice: before and after a task.
            boolean stuck = result.bytesConsumed() == 0 && result.getHandshakeStatus() != HandshakeStatus.NEED_TASK;
            after(result);
            if (result.getStatus() == Status.CLOSED) {
                return;
            }
            if (result.getStatus() != Status.OK || stuck) {
                throw new SSLException("a TLS record that does not fit: " + result.getStatus() + " "
                        + result.getHandshakeStatus());
            }
        }
    }

    private void after(SSLEngineResult result) {
        if (result.getHandshakeStatus() == HandshakeStatus.FINISHED) {
            established = true;
        }
        Runnable task;
        while (engine.getHandshakeStatus() == HandshakeStatus.NEED_TASK && (task = engine.getDelegatedTask()) != null) {
            task.run();
        }
    }

    @Override
    public boolean inputEnded() {
        return engine.isInboundDone();
    }

    @Override
    public boolean outputWaits() {
        return engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP;
    }

    @Override
    public void seal(ByteBuffer plain, ByteBuffer record) throws IOException {
        // The engine may answer without a record, to say that the handshake is done.
        while (record.position() == 0 && (outputWaits() || plain.hasRemaining())) {
            SSLEngineResult result = engine.wrap(plain, record);
            after(result);
            if (result.getStatus() == Status.BUFFER_OVERFLOW) {
                throw new SSLException("a TLS record is longer than allowed");
            }
            if (result.getStatus() == Status.CLOSED) {
                return;
            }
        }
    }

    @Override
    public void endOutput() {
        engine.closeOutbound();
    }

    @Override
    public List<String> identities() throws IOException {
        if (!asksClients) {
            return List.of();
        }
        try {
            return Identities.of(engine.getSession().getPeerCertificates()[0]);
        } catch (SSLPeerUnverifiedException _) {
            // It was asked for one and had none.
            return List.of();
        }
    }

    @Override
    public String description() {
        return engine.getSession().getProtocol() + " " + engine.getSession().getCipherSuite();
    }
}
