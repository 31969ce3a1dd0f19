package dev.ashlar.nbd.tls;

import dev.ashlar.nbd.ClientCertificates;
import dev.ashlar.nbd.TlsSettings;
import dev.ashlar.nbd.TlsSetupException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CRL;
import java.security.cert.CRLException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Certificates, key and trust anchors as the files had them at one moment, ready for handshakes. Immutable. */
final class X509Credentials {
    private static final Logger LOG = LoggerFactory.getLogger(X509Credentials.class);

    /** An hour: what was checked for a session holds no longer than that for those that resume it. */
    private static final int SESSION_SECONDS = 3600;

    private static final int SESSIONS = 1024;
    static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    /** Authenticated encryption with forward secrecy only, the fastest first where processors have AES. */
    private static final String[] CIPHERS = {
        "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"
    };

    private static final char[] NO_PASSWORD = new char[0];

    static {
        KeyLimits.raise();
    }

    private final SSLContext context;
    private final ClientCertificates clients;

    private X509Credentials(SSLContext context, ClientCertificates clients) {
        this.context = context;
        this.clients = clients;
    }

    /** Reads the files. */
    static X509Credentials load(TlsSettings settings) throws TlsSetupException {
        List<X509Certificate> chain = certificates(settings.certificates(), "certificate");
        PrivateKey key = PrivateKeys.read(settings.key());
        checkPair(chain.getFirst(), key, settings);
        warnIfExpired(chain.getFirst(), settings.certificates());
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, NO_PASSWORD);
            store.setKeyEntry("server", key, NO_PASSWORD, chain.toArray(Certificate[]::new));
            KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
            keys.init(store, NO_PASSWORD);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust(settings), null);
            context.getServerSessionContext().setSessionTimeout(SESSION_SECONDS);
            context.getServerSessionContext().setSessionCacheSize(SESSIONS);
            return new X509Credentials(context, settings.clients());
        } catch (TlsSetupException e) {
            throw e;
        } catch (GeneralSecurityException | IOException e) {
            throw new TlsSetupException("TLS cannot use certificate " + settings.certificates() + " and private key "
                    + settings.key() + ": " + e.getMessage(), e);
        }
    }

    /** An engine for the server's side of one connection. */
    RecordEngine newEngine() throws IOException {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters parameters = engine.getSSLParameters();
        Set<String> offered = Set.of(engine.getSupportedCipherSuites());
        parameters.setProtocols(PROTOCOLS);
        parameters.setCipherSuites(List.of(CIPHERS).stream().filter(offered::contains).toArray(String[]::new));
        parameters.setUseCipherSuitesOrder(true);
        // Each of the two setters undoes what the other has said.
        if (clients == ClientCertificates.REQUIRED) {
            parameters.setNeedClientAuth(true);
        } else if (clients == ClientCertificates.WANTED) {
            parameters.setWantClientAuth(true);
        }
        engine.setSSLParameters(parameters);
        return new JsseEngine(engine, clients != ClientCertificates.NONE);
    }

    static List<X509Certificate> certificates(Path path, String what) throws TlsSetupException {
        List<X509Certificate> found = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (byte[] der : PemFile.read(path, what).all("CERTIFICATE")) {
                found.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
            }
        } catch (CertificateException e) {
            throw new TlsSetupException(what + " " + path + " cannot be read: " + e.getMessage(), e);
        }
        if (found.isEmpty()) {
            throw new TlsSetupException(what + " " + path + " holds no certificate");
        }
        return found;
    }

    /** A key that signs what the certificate's public key verifies is the right one. */
    private static void checkPair(X509Certificate certificate, PrivateKey key, TlsSettings settings)
            throws TlsSetupException {
        if (key.getAlgorithm().equals("RSASSA-PSS")) {
            // Such a key may demand parameters of its own, which the handshake knows.
            return;
        }
        String algorithm = switch (key.getAlgorithm()) {
            case "EC" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            default -> key.getAlgorithm();
        };
        boolean fits;
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            fits = signature.verify(signed);
        } catch (GeneralSecurityException _) {
            fits = false;
        }
        if (!fits) {
            throw new TlsSetupException("private key " + settings.key()
                    + " does not belong to the first certificate in " + settings.certificates());
        }
    }

    private static void warnIfExpired(X509Certificate certificate, Path path) {
        try {
            certificate.checkValidity();
        } catch (CertificateExpiredException _) {
            LOG.warn("certificate {} has expired on {}: clients that check will refuse it", path,
                    certificate.getNotAfter().toInstant());
        } catch (CertificateNotYetValidException _) {
            LOG.warn("certificate {} is not valid before {}: clients that check will refuse it", path,
                    certificate.getNotBefore().toInstant());
        }
    }

    private static TrustManager[] trust(TlsSettings settings) throws GeneralSecurityException, TlsSetupException {
        if (settings.clients() == ClientCertificates.NONE) {
            return new TrustManager[0];
        }
        Set<TrustAnchor> anchors = certificates(settings.trustAnchors(), "trust anchor").stream()
                .map(certificate -> new TrustAnchor(certificate, null))
                .collect(Collectors.toSet());
        PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, new X509CertSelector());
        parameters.setRevocationEnabled(settings.revocations() != null);
        if (settings.revocations() != null) {
            parameters.addCertStore(CertStore.getInstance("Collection",
                    new CollectionCertStoreParameters(revocations(settings.revocations()))));
            PKIXRevocationChecker checker =
                    (PKIXRevocationChecker) CertPathBuilder.getInstance("PKIX").getRevocationChecker();
            checker.setOptions(EnumSet.of(
                    PKIXRevocationChecker.Option.PREFER_CRLS, PKIXRevocationChecker.Option.NO_FALLBACK));
            parameters.addCertPathChecker(checker);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(new CertPathTrustManagerParameters(parameters));
        return new TrustManager[] {new ClientTrust((X509ExtendedTrustManager) factory.getTrustManagers()[0])};
    }

    private static List<CRL> revocations(Path path) throws TlsSetupException {
        List<CRL> found = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (byte[] der : PemFile.read(path, "revocation list").all("X509 CRL")) {
                found.add(factory.generateCRL(new ByteArrayInputStream(der)));
            }
        } catch (CertificateException | CRLException e) {
            throw new TlsSetupException("revocation list " + path + " cannot be read: " + e.getMessage(), e);
        }
        if (found.isEmpty()) {
            throw new TlsSetupException("revocation list " + path + " holds no list");
        }
        return found;
    }
}
