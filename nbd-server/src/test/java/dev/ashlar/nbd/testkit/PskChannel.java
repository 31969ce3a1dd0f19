package dev.ashlar.nbd.testkit;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Vector;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.BasicTlsPSKExternal;
import org.bouncycastle.tls.BasicTlsPSKIdentity;
import org.bouncycastle.tls.CipherSuite;
import org.bouncycastle.tls.PRFAlgorithm;
import org.bouncycastle.tls.PSKTlsClient;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.TlsClientProtocol;
import org.bouncycastle.tls.TlsNoCloseNotifyException;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCrypto;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCryptoProvider;

/** A client's TLS with a pre-shared key over a blocking channel. */
public final class PskChannel implements ByteChannel {

    private static final class Peer extends PSKTlsClient {
        private final String user;
        private final byte[] key;
        private final ProtocolVersion version;

        Peer(JcaTlsCrypto crypto, String user, byte[] key, ProtocolVersion version) {
            super(crypto, new BasicTlsPSKIdentity(user, key));
            this.user = user;
            this.key = key;
            this.version = version;
        }

        @Override
        protected ProtocolVersion[] getSupportedVersions() {
            return version.only();
        }

        @Override
        protected int[] getSupportedCipherSuites() {
            return version.equals(ProtocolVersion.TLSv13)
                    ? new int[] {CipherSuite.TLS_AES_128_GCM_SHA256}
                    : new int[] {CipherSuite.TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256};
        }

        @Override
        @SuppressWarnings({"rawtypes", "unchecked"})
        public Vector getExternalPSKs() {
            if (!version.equals(ProtocolVersion.TLSv13)) {
                return null;
            }
            Vector keys = new Vector();
            keys.add(new BasicTlsPSKExternal(user.getBytes(StandardCharsets.UTF_8),
                    getCrypto().createSecret(key.clone()), PRFAlgorithm.tls13_hkdf_sha256));
            return keys;
        }
    }

    private final ByteChannel lower;
    private final Protocol protocol;

    private static final class Protocol extends TlsClientProtocol {
        private boolean ended;

        Protocol(ByteChannel lower) {
            super(Channels.newInputStream(lower), Channels.newOutputStream(lower));
        }

        /** Left unanswered, as by clients that want to see nothing but the end. */
        @Override
        protected void handleAlertWarningMessage(short description) throws IOException {
            if (description == AlertDescription.close_notify) {
                ended = true;
            } else {
                super.handleAlertWarningMessage(description);
            }
        }

        @Override
        protected void send13KeyUpdate(boolean updateRequested) throws IOException {
            super.send13KeyUpdate(updateRequested);
        }

        @Override
        protected void raiseAlertWarning(short description, String message) throws IOException {
            super.raiseAlertWarning(description, message);
        }
    }

    /**
     * Runs the handshake.
     *
     * @param newest TLS 1.3, else 1.2
     */
    public PskChannel(ByteChannel lower, String user, byte[] key, boolean newest) throws IOException {
        this.lower = lower;
        this.protocol = new Protocol(lower);
        JcaTlsCrypto crypto = new JcaTlsCryptoProvider().create(new SecureRandom());
        protocol.connect(new Peer(crypto, user, key, newest ? ProtocolVersion.TLSv13 : ProtocolVersion.TLSv12));
    }

    /** Asks for new keys on both sides, TLS 1.3. */
    public void updateKeys() throws IOException {
        protocol.send13KeyUpdate(true);
    }

    /** Says close_notify and goes on reading. */
    public void endOutput() throws IOException {
        protocol.raiseAlertWarning(AlertDescription.close_notify, "the end");
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        byte[] bytes = new byte[target.remaining()];
        try {
            int count = protocol.readApplicationData(bytes, 0, bytes.length);
            if (count > 0) {
                target.put(bytes, 0, count);
            }
            return count;
        } catch (TlsNoCloseNotifyException e) {
            if (protocol.ended) {
                return -1;
            }
            throw new EOFException("closed without close_notify");
        }
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        byte[] bytes = new byte[source.remaining()];
        source.get(bytes);
        protocol.writeApplicationData(bytes, 0, bytes.length);
        return bytes.length;
    }

    @Override
    public boolean isOpen() {
        return lower.isOpen();
    }

    @Override
    public void close() throws IOException {
        try {
            protocol.close();
        } catch (IOException _) {
            // The server has left first.
        } finally {
            lower.close();
        }
    }
}
