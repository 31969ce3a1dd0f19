package dev.ashlar.nbd.tls;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.TlsServerProtocol;

/**
 * TLS with pre-shared keys by Bouncy Castle's protocol, which does no I/O here. The protocol knows one thread only, so
 * each call holds the engine.
 */
final class PskEngine implements RecordEngine {

    /** Lets replies go on after the client has said that it sends no more, and keeps {@link KeyLimits}. */
    private static final class Protocol extends TlsServerProtocol {
        private boolean inputEnded;
        private long overdueRecords;

        /** With true: for every record once the protocol would like new keys; with false: when the client wants them. */
        @Override
        protected void send13KeyUpdate(boolean ownWish) throws IOException {
            if (!ownWish || overdueRecords++ >= KeyLimits.RECORDS) {
                overdueRecords = 0;
                super.send13KeyUpdate(ownWish);
            }
        }

        @Override
        protected void handleAlertWarningMessage(short alertDescription) throws IOException {
            if (alertDescription == AlertDescription.close_notify && isConnected()) {
                inputEnded = true;
            } else {
                super.handleAlertWarningMessage(alertDescription);
            }
        }
    }

    private final Protocol protocol = new Protocol();
    private final PskPeer peer;
    private boolean ended;

    /** An engine for one connection, which is about to begin. */
    PskEngine(PskKeys keys) throws IOException {
        this.peer = new PskPeer(keys);
        protocol.accept(peer);
    }

    @Override
    public synchronized boolean established() {
        return protocol.isConnected();
    }

    @Override
    public synchronized void open(ByteBuffer record, ByteBuffer plain) throws IOException {
        protocol.offerInput(record.array(), record.arrayOffset() + record.position(), record.remaining());
        record.position(record.limit());
        int available = protocol.getAvailableInputBytes();
        if (available > plain.remaining()) {
            throw new IOException("a TLS record holds more than it may: bytes=" + available);
        }
        protocol.readInput(plain.array(), plain.arrayOffset() + plain.position(), available);
        plain.position(plain.position() + available);
    }

    @Override
    public synchronized boolean inputEnded() {
        return protocol.inputEnded || protocol.isClosed();
    }

    @Override
    public synchronized boolean outputWaits() {
        return protocol.getAvailableOutputBytes() > 0;
    }

    @Override
    public synchronized void seal(ByteBuffer plain, ByteBuffer record) throws IOException {
        if (protocol.getAvailableOutputBytes() == 0 && plain.hasRemaining() && !ended) {
            protocol.writeApplicationData(plain.array(), plain.arrayOffset() + plain.position(), plain.remaining());
            plain.position(plain.limit());
        }
        int count = Math.min(protocol.getAvailableOutputBytes(), record.remaining());
        protocol.readOutput(record.array(), record.arrayOffset() + record.position(), count);
        record.position(record.position() + count);
    }

    @Override
    public synchronized void endOutput() {
        ended = true;
        try {
            protocol.close();
        } catch (IOException _) {
            // It has failed before, and has said so.
        }
    }

    @Override
    public synchronized List<String> identities() {
        return List.of("PSK=" + new String(peer.identity(), StandardCharsets.UTF_8));
    }

    @Override
    public synchronized String description() {
        return peer.description();
    }
}
