package dev.ashlar.nbd;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/**
 * How a server does TLS. The files are looked at again while it runs: see the server's method that takes this.
 *
 * @param policy when it insists
 * @param certificates PEM: the server's certificate first, then those between it and its root; null without X.509
 * @param key PEM: the private key of the first certificate, PKCS#8, PKCS#1 or SEC1, not encrypted; null without X.509
 * @param clients whether clients show certificates
 * @param trustAnchors PEM: who may have signed the certificates of clients; null when they show none
 * @param revocations PEM: certificate revocation lists, then every certificate of a client needs a current one of its
 *     issuer; null to accept whatever has been signed
 * @param pskKeys lines "user:hexadecimal key" as GnuTLS's psktool writes them; null without pre-shared keys
 */
public record TlsSettings(
        TlsPolicy policy,
        Path certificates,
        Path key,
        ClientCertificates clients,
        Path trustAnchors,
        Path revocations,
        Path pskKeys) {

    /** Checks that there is something to prove the server's identity with, and that the files fit together. */
    public TlsSettings {
        Objects.requireNonNull(policy, "policy");
        Objects.requireNonNull(clients, "clients");
        if ((certificates == null) != (key == null)) {
            throw new IllegalArgumentException("certificates=" + certificates + " key=" + key);
        }
        if (certificates == null && pskKeys == null) {
            throw new IllegalArgumentException("neither certificates nor pre-shared keys");
        }
        if (clients != ClientCertificates.NONE && (trustAnchors == null || certificates == null)) {
            throw new IllegalArgumentException(
                    "clients=" + clients + " trustAnchors=" + trustAnchors + " certificates=" + certificates);
        }
    }

    /** X.509, required, for clients with or without certificates of their own. */
    public static TlsSettings x509(Path certificates, Path key) {
        return new TlsSettings(TlsPolicy.REQUIRED, certificates, key, ClientCertificates.NONE, null, null, null);
    }

    /** Pre-shared keys alone, required. */
    public static TlsSettings psk(Path pskKeys) {
        return new TlsSettings(TlsPolicy.REQUIRED, null, null, ClientCertificates.NONE, null, null, pskKeys);
    }

    /**
     * X.509, required, from a directory as nbdkit, qemu and libnbd lay it out: server-cert.pem, server-key.pem, and
     * where they exist now ca-cert.pem and ca-crl.pem. Clients are not asked for certificates until {@link
     * #withClients} says so.
     */
    public static TlsSettings directory(Path directory) {
        return new TlsSettings(TlsPolicy.REQUIRED, directory.resolve("server-cert.pem"),
                directory.resolve("server-key.pem"), ClientCertificates.NONE,
                existing(directory.resolve("ca-cert.pem")), existing(directory.resolve("ca-crl.pem")), null);
    }

    private static Path existing(Path file) {
        return Files.exists(file) ? file : null;
    }

    /** These settings under another policy. */
    public TlsSettings withPolicy(TlsPolicy wanted) {
        return new TlsSettings(wanted, certificates, key, clients, trustAnchors, revocations, pskKeys);
    }

    /** These settings with another demand on clients, and the trust anchors known already. */
    public TlsSettings withClients(ClientCertificates wanted) {
        return withClients(wanted, trustAnchors);
    }

    /** These settings with another demand on clients and its trust anchors. */
    public TlsSettings withClients(ClientCertificates wanted, Path anchors) {
        return new TlsSettings(policy, certificates, key, wanted, anchors, revocations, pskKeys);
    }

    /** These settings with certificate revocation lists. */
    public TlsSettings withRevocations(Path lists) {
        return new TlsSettings(policy, certificates, key, clients, trustAnchors, lists, pskKeys);
    }

    /** These settings with pre-shared keys beside what they have. */
    public TlsSettings withPskKeys(Path keys) {
        return new TlsSettings(policy, certificates, key, clients, trustAnchors, revocations, keys);
    }
}
