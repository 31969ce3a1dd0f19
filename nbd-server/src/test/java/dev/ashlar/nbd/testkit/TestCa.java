package dev.ashlar.nbd.testkit;

import static dev.ashlar.nbd.testkit.DerWriter.bits;
import static dev.ashlar.nbd.testkit.DerWriter.element;
import static dev.ashlar.nbd.testkit.DerWriter.integer;
import static dev.ashlar.nbd.testkit.DerWriter.oid;
import static dev.ashlar.nbd.testkit.DerWriter.sequence;
import static dev.ashlar.nbd.testkit.DerWriter.time;
import static dev.ashlar.nbd.testkit.DerWriter.utf8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A certification authority that lives as long as a test, RFC 5280. Keys are P-256 unless said. */
public final class TestCa {
    /** AlgorithmIdentifier of ecdsa-with-SHA256. */
    private static final byte[] ECDSA_SHA256 = sequence(oid("1.2.840.10045.4.3.2"));

    private static final int P256_BYTES = 32;
    private static final int P256_POINT_BYTES = 65;
    private static final Duration BACK = Duration.ofDays(1);
    private static final Duration LONG = Duration.ofDays(3650);

    /** A certificate with its key. */
    public record Identity(X509Certificate certificate, PrivateKey key) {
        public String certificatePem() {
            return pem("CERTIFICATE", encoded(certificate));
        }

        public String keyPem() {
            return pem("PRIVATE KEY", key instanceof ECPrivateKey ec ? withPublicKey(ec) : key.getEncoded());
        }

        /** GnuTLS wants both halves of a P-256 key in its file, RFC 5915; the JDK writes one. */
        private byte[] withPublicKey(ECPrivateKey ec) {
            byte[] subject = certificate.getPublicKey().getEncoded();
            byte[] point = Arrays.copyOfRange(subject, subject.length - P256_POINT_BYTES, subject.length);
            byte[] secret = new byte[P256_BYTES];
            byte[] number = ec.getS().toByteArray();
            int used = Math.min(number.length, secret.length);
            System.arraycopy(number, number.length - used, secret, secret.length - used, used);
            byte[] both = sequence(integer(1), element(4, secret), element(0xa1, bits(point)));
            byte[] p256 = sequence(oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7"));
            return sequence(integer(0), p256, element(4, both));
        }
    }

    private final String name;
    private final KeyPair keys;
    private final X509Certificate certificate;
    private final List<X509Certificate> revoked = new ArrayList<>();

    public TestCa(String name) {
        this.name = name;
        this.keys = pair("EC", 256);
        this.certificate = sign(name, keys, 1, Instant.now().plus(LONG), extension("2.5.29.19", true,
                sequence(element(1, new byte[] {-1}))), extension("2.5.29.15", true, element(3, new byte[] {1, 6})));
    }

    public X509Certificate certificate() {
        return certificate;
    }

    public String pem() {
        return pem("CERTIFICATE", encoded(certificate));
    }

    /** For a server at 127.0.0.1 and localhost. */
    public Identity server() {
        return issue("ashlar test", pair("EC", 256), Instant.now().plus(LONG), "DNS:localhost", "IP:127.0.0.1");
    }

    /** As {@link #server}, with an RSA key. */
    public Identity rsaServer() {
        return issue("ashlar test", pair("RSA", 2048), Instant.now().plus(LONG), "DNS:localhost", "IP:127.0.0.1");
    }

    /** A client of this common name; alternatives are "DNS:name", "URI:name" or "IP:a.b.c.d". */
    public Identity client(String commonName, String... alternatives) {
        return issue(commonName, pair("EC", 256), Instant.now().plus(LONG), alternatives);
    }

    /** As {@link #client}, with an RSA key. */
    public Identity rsaClient(String commonName) {
        return issue(commonName, pair("RSA", 2048), Instant.now().plus(LONG));
    }

    /** A client whose certificate has run out an hour ago. */
    public Identity expiredClient(String commonName) {
        return issue(commonName, pair("EC", 256), Instant.now().minus(Duration.ofHours(1)));
    }

    public void revoke(Identity identity) {
        revoked.add(identity.certificate());
    }

    private Identity issue(String subject, KeyPair subjectKeys, Instant until, String... alternatives) {
        List<byte[]> names = new ArrayList<>();
        for (String alternative : alternatives) {
            String value = alternative.substring(alternative.indexOf(':') + 1);
            byte[] ascii = value.getBytes(StandardCharsets.US_ASCII);
            names.add(switch (alternative.substring(0, alternative.indexOf(':'))) {
                case "DNS" -> element(0x82, ascii);
                case "URI" -> element(0x86, ascii);
                default -> element(0x87, address(value));
            });
        }
        byte[][] extensions = names.isEmpty() ? new byte[0][] : new byte[][] {
            extension("2.5.29.17", false, sequence(names.toArray(byte[][]::new)))
        };
        long serial = new SecureRandom().nextLong() >>> 1;
        X509Certificate signed = sign(subject, subjectKeys, serial, until, extensions);
        return new Identity(signed, subjectKeys.getPrivate());
    }

    private static byte[] address(String dotted) {
        byte[] address = new byte[4];
        String[] parts = dotted.split("\\.");
        for (int i = 0; i < address.length; i++) {
            address[i] = (byte) Integer.parseInt(parts[i]);
        }
        return address;
    }

    private X509Certificate sign(
            String subject, KeyPair subjectKeys, long serial, Instant until, byte[]... extensions) {
        Instant from = until.isBefore(Instant.now()) ? until.minus(BACK) : Instant.now().minus(BACK);
        byte[] content = sequence(element(0xa0, integer(2)), integer(serial), ECDSA_SHA256, distinguished(name),
                sequence(time(from), time(until)), distinguished(subject), subjectKeys.getPublic().getEncoded(),
                extensions.length == 0 ? new byte[0] : element(0xa3, sequence(extensions)));
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(signed(content)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A list of what has been revoked, good for a day unless {@code outdated}. */
    public String crlPem(boolean outdated) {
        Instant now = outdated ? Instant.now().minus(Duration.ofDays(3)) : Instant.now().minus(Duration.ofMinutes(1));
        byte[][] entries = revoked.stream()
                .map(gone -> sequence(element(2, gone.getSerialNumber().toByteArray()), time(now)))
                .toArray(byte[][]::new);
        byte[] content = sequence(integer(1), ECDSA_SHA256, distinguished(name), time(now), time(now.plus(BACK)),
                entries.length == 0 ? new byte[0] : sequence(entries));
        return pem("X509 CRL", signed(content));
    }

    private byte[] signed(byte[] content) {
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(keys.getPrivate());
            signature.update(content);
            return sequence(content, ECDSA_SHA256, bits(signature.sign()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] distinguished(String commonName) {
        return sequence(element(0x31, sequence(oid("2.5.4.3"), utf8(commonName))));
    }

    private static byte[] extension(String id, boolean critical, byte[] value) {
        byte[] flag = critical ? element(1, new byte[] {-1}) : new byte[0];
        return sequence(oid(id), flag, element(4, value));
    }

    private static KeyPair pair(String algorithm, int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(bits);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A client's context that trusts this authority and shows {@code identity}, if any. */
    public SSLContext clientContext(Identity identity) {
        try {
            KeyStore trusted = emptyStore();
            trusted.setCertificateEntry("ca", certificate);
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(trusted);
            KeyManagerFactory shown = KeyManagerFactory.getInstance("SunX509");
            KeyStore store = emptyStore();
            if (identity != null) {
                store.setKeyEntry("client", identity.key(), new char[0], new Certificate[] {identity.certificate()});
            }
            shown.init(store, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(shown.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyStore emptyStore() throws GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try {
            store.load(null, null);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return store;
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public static String pem(String label, byte[] der) {
        String body = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
    }

    /** Bytes written as hexadecimal digits. */
    public static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }
}
