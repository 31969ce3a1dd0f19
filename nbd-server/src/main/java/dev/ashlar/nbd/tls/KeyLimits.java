package dev.ashlar.nbd.tls;

import java.security.Security;

/**
 * How much one key protects before TLS 1.3 renews it: far more than an engine would by itself.
 *
 * <p>A renewal is a record without data. The clients in use cannot take one at any time: libnbd (seen with 1.14) stops
 * sending for ever when it comes while a request is half sent, and GnuTLS takes more than eight in a second for an
 * attack, while the JDK's engine, past its limit for what it receives, sends one for every record that is still under
 * way. With the JDK's limit of 128 GiB a busy connection would meet this within minutes. Connections that live long are
 * the rule here, so they go on under the same key, as with OpenSSL: by the reckoning of RFC 8446, section 5.5, an
 * attacker's chance after 256 TiB is still below 2^-37. Renewals that a client asks for are always done.
 */
final class KeyLimits {
    /** 256 TiB in full records. */
    static final long RECORDS = 1L << 34;

    private static final String PROPERTY = "jdk.tls.keyLimits";
    private static final String OF_THE_JDK =
            "AES/GCM/NoPadding KeyUpdate 2^37, ChaCha20-Poly1305 KeyUpdate 2^37";
    private static final String OURS = "AES/GCM/NoPadding KeyUpdate 2^48, ChaCha20-Poly1305 KeyUpdate 2^48";

    private KeyLimits() {}

    /**
     * Raises the limit of the JDK's engine, for the whole process, if nobody has chosen another than the JDK's. To be
     * called before the first handshake: the JDK looks once.
     */
    static void raise() {
        if (OF_THE_JDK.equals(Security.getProperty(PROPERTY))) {
            Security.setProperty(PROPERTY, OURS);
        }
    }
}
