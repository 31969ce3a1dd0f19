package dev.ashlar.nbd.tls;

import dev.ashlar.nbd.TlsSetupException;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * What a client proves itself and its server with: a directory as libnbd lays it out, with {@code ca-cert.pem}, and
 * where the client has a certificate, {@code client-cert.pem} and {@code client-key.pem}.
 */
public final class ClientCredentials {
    private static final char[] NO_PASSWORD = new char[0];

    private ClientCredentials() {}

    /**
     * TLS for one connection.
     *
     * @param directory null to trust whom the JDK trusts and show nothing
     * @param hostname whose name the server's certificate must carry, null for any that is trusted
     * @param verify whether the certificate must hold at all
     * @throws TlsSetupException if the files will not do: one sentence, naming the file
     */
    public static SSLEngine engine(Path directory, String hostname, boolean verify) throws TlsSetupException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys(directory), verify ? trust(directory) : new TrustManager[] {new AnyServer()}, null);
            SSLEngine engine = hostname == null ? context.createSSLEngine() : context.createSSLEngine(hostname, -1);
            engine.setUseClientMode(true);
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setProtocols(X509Credentials.PROTOCOLS);
            if (verify && hostname != null) {
                // The rule that compares names; the connection is none of HTTP.
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
            }
            engine.setSSLParameters(parameters);
            return engine;
        } catch (GeneralSecurityException | IOException e) {
            if (e instanceof TlsSetupException known) {
                throw known;
            }
            throw new TlsSetupException("TLS cannot be set up: " + e.getMessage(), e);
        }
    }

    private static KeyManager[] keys(Path directory) throws GeneralSecurityException, IOException {
        if (directory == null || !Files.exists(directory.resolve("client-cert.pem"))) {
            return new KeyManager[0];
        }
        List<X509Certificate> chain = X509Credentials.certificates(directory.resolve("client-cert.pem"), "certificate");
        PrivateKey key = PrivateKeys.read(directory.resolve("client-key.pem"));
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("client", key, NO_PASSWORD, chain.toArray(Certificate[]::new));
        KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
        factory.init(store, NO_PASSWORD);
        return factory.getKeyManagers();
    }

    /** Null for the JDK's own. */
    private static TrustManager[] trust(Path directory) throws GeneralSecurityException, IOException {
        if (directory == null) {
            return null;
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        int number = 0;
        for (X509Certificate anchor :
                X509Credentials.certificates(directory.resolve("ca-cert.pem"), "trust anchor")) {
            store.setCertificateEntry("ca" + number++, anchor);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        return factory.getTrustManagers();
    }

    /** For {@code tls-verify-peer=0}, which asks for encryption and for nothing else. */
    private static final class AnyServer extends X509ExtendedTrustManager {
        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
            throw new UnsupportedOperationException("this is a client");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
            checkClientTrusted(chain, type);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
            checkClientTrusted(chain, type);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
