package dev.ashlar.nbd;

/** When a server that can do TLS insists on it. The names in brackets are those of the protocol text, "TLS support". */
public enum TlsPolicy {
    /** Every option but STARTTLS and ABORT waits until the connection is encrypted (FORCEDTLS). */
    REQUIRED,
    /** Only exports whose {@link PeerRules#requireTls} says so are served encrypted alone (SELECTIVETLS). */
    SELECTIVE
}
