package dev.ashlar.nbd.tls;

import java.security.SecureRandom;
import java.util.Vector;
import org.bouncycastle.tls.BasicTlsPSKExternal;
import org.bouncycastle.tls.CipherSuite;
import org.bouncycastle.tls.PRFAlgorithm;
import org.bouncycastle.tls.PSKTlsServer;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.PskIdentity;
import org.bouncycastle.tls.TlsPSKExternal;
import org.bouncycastle.tls.TlsPSKIdentityManager;
import org.bouncycastle.tls.crypto.TlsCrypto;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCryptoProvider;

/**
 * What this server decides in a handshake with pre-shared keys: TLS 1.3 and 1.2, authenticated encryption, and always a
 * Diffie-Hellman exchange beside the key, so that a key that is lost later opens nothing that was recorded.
 */
final class PskPeer extends PSKTlsServer {
    /** The JDK's ciphers, which use the processor's AES. */
    private static final TlsCrypto CRYPTO = new JcaTlsCryptoProvider().create(new SecureRandom());

    /** External keys go with SHA-256 in TLS 1.3 unless both sides have agreed otherwise, RFC 8446 section 4.2.11. */
    private static final int[] CIPHERS = {
        CipherSuite.TLS_AES_128_GCM_SHA256, CipherSuite.TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256,
        CipherSuite.TLS_DHE_PSK_WITH_AES_128_GCM_SHA256
    };

    private final PskKeys keys;
    private byte[] chosen;

    PskPeer(PskKeys keys) {
        super(CRYPTO, new TlsPSKIdentityManager() {
            @Override
            public byte[] getHint() {
                return null;
            }

            @Override
            public byte[] getPSK(byte[] identity) {
                return keys.key(identity);
            }
        });
        this.keys = keys;
    }

    static int[] ciphers() {
        return CIPHERS.clone();
    }

    @Override
    protected ProtocolVersion[] getSupportedVersions() {
        return ProtocolVersion.TLSv13.downTo(ProtocolVersion.TLSv12);
    }

    @Override
    protected int[] getSupportedCipherSuites() {
        return ciphers();
    }

    @Override
    protected boolean preferLocalCipherSuites() {
        return true;
    }

    @Override
    @SuppressWarnings("rawtypes")
    public TlsPSKExternal getExternalPSK(Vector identities) {
        for (Object offered : identities) {
            byte[] identity = ((PskIdentity) offered).getIdentity();
            byte[] key = keys.key(identity);
            if (key != null) {
                chosen = identity;
                return new BasicTlsPSKExternal(identity, CRYPTO.createSecret(key), PRFAlgorithm.tls13_hkdf_sha256);
            }
        }
        return null;
    }

    /**
     * The user whose key has been proven, once the handshake is done: without certificates it cannot be done by other
     * means, and in TLS 1.3 not with another than the last that was chosen.
     */
    byte[] identity() {
        byte[] olderVersion = context.getSecurityParametersConnection().getPSKIdentity();
        return olderVersion == null ? chosen : olderVersion;
    }

    /** As {@link RecordEngine#description}. */
    String description() {
        var agreed = context.getSecurityParametersConnection();
        boolean newest = ProtocolVersion.TLSv13.equals(agreed.getNegotiatedVersion());
        return (newest ? "TLSv1.3" : "TLSv1.2") + " PSK suite 0x" + Integer.toHexString(agreed.getCipherSuite());
    }
}
