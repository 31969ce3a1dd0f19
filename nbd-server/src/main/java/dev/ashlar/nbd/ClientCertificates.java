package dev.ashlar.nbd;

/** What a server asks of its clients during a TLS handshake with certificates. */
public enum ClientCertificates {
    /** Nothing: clients are not asked, and nothing is known of who they are. */
    NONE,
    /** A client may come without one, but not with one that does not hold. */
    WANTED,
    /** Without a certificate that holds, the handshake fails. */
    REQUIRED
}
