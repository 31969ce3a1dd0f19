package dev.ashlar.nbd.tls;

import dev.ashlar.nbd.TlsSetupException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Vector;
import org.bouncycastle.tls.BasicTlsPSKExternal;
import org.bouncycastle.tls.BasicTlsPSKIdentity;
import org.bouncycastle.tls.PRFAlgorithm;
import org.bouncycastle.tls.PSKTlsClient;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.TlsClientProtocol;
import org.bouncycastle.tls.TlsNoCloseNotifyException;
import org.bouncycastle.tls.crypto.TlsCrypto;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCryptoProvider;

/** A client's TLS with a pre-shared key over a blocking channel, by the rules of {@link PskPeer}. Not thread-safe. */
public final class PskClientChannel implements ByteChannel {
    private static final int PIECE_BYTES = 64 << 10;

    private final ByteChannel below;
    private final TlsClientProtocol protocol;
    private final byte[] piece = new byte[PIECE_BYTES];

    private PskClientChannel(ByteChannel below) {
        this.below = below;
        this.protocol = new TlsClientProtocol(Channels.newInputStream(below), Channels.newOutputStream(below));
    }

    /**
     * Encrypts what goes over {@code below} from now on. The server has proven, when this returns, that it knows the
     * key too.
     *
     * @param keys file of pre-shared keys, as GnuTLS's psktool writes it
     * @param user whose of them is used
     * @throws TlsSetupException if the file will not do: one sentence, naming it
     */
    public static PskClientChannel handshake(ByteChannel below, Path keys, String user) throws IOException {
        byte[] identity = user.getBytes(StandardCharsets.UTF_8);
        byte[] key = PskKeys.load(keys).key(identity);
        if (key == null) {
            throw new TlsSetupException("pre-shared key file " + keys + " has no key of user '" + user + "'");
        }
        PskClientChannel channel = new PskClientChannel(below);
        channel.protocol.connect(new Client(new JcaTlsCryptoProvider().create(new SecureRandom()), identity, key));
        return channel;
    }

    private static final class Client extends PSKTlsClient {
        private final byte[] identity;
        private final byte[] key;

        Client(TlsCrypto crypto, byte[] identity, byte[] key) {
            super(crypto, new BasicTlsPSKIdentity(identity, key));
            this.identity = identity;
            this.key = key;
        }

        @Override
        protected ProtocolVersion[] getSupportedVersions() {
            return ProtocolVersion.TLSv13.downTo(ProtocolVersion.TLSv12);
        }

        @Override
        protected int[] getSupportedCipherSuites() {
            return PskPeer.ciphers();
        }

        /** For TLS 1.3. */
        @Override
        @SuppressWarnings("rawtypes")
        public Vector getExternalPSKs() {
            return new Vector<>(List.of(new BasicTlsPSKExternal(
                    identity, getCrypto().createSecret(key.clone()), PRFAlgorithm.tls13_hkdf_sha256)));
        }
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        try {
            int count = protocol.readApplicationData(piece, 0, Math.min(target.remaining(), piece.length));
            if (count > 0) {
                target.put(piece, 0, count);
            }
            return count;
        } catch (TlsNoCloseNotifyException e) {
            EOFException end = new EOFException("the server closed the connection in the middle of TLS");
            end.initCause(e);
            throw end;
        }
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        int count = source.remaining();
        while (source.hasRemaining()) {
            int length = Math.min(source.remaining(), piece.length);
            source.get(piece, 0, length);
            protocol.writeApplicationData(piece, 0, length);
        }
        return count;
    }

    @Override
    public boolean isOpen() {
        return below.isOpen();
    }

    /** Says the end, unless the server has left first; closes the channel below. */
    @Override
    public void close() throws IOException {
        try {
            protocol.close();
        } catch (IOException _) {
            // It has left first.
        } finally {
            below.close();
        }
    }
}
