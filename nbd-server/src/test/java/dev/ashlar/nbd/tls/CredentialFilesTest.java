package dev.ashlar.nbd.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import ch.qos.logback.classic.Level;
import dev.ashlar.nbd.ClientCertificates;
import dev.ashlar.nbd.TlsSettings;
import dev.ashlar.nbd.TlsSetupException;
import dev.ashlar.nbd.testkit.LogCapture;
import dev.ashlar.nbd.testkit.TestCa;
import dev.ashlar.nbd.testkit.TlsFiles;
import dev.ashlar.nbd.testkit.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Security;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates and keys as files have them, good and bad. Every error is one sentence that names the file. */
class CredentialFilesTest {
    private static final TestCa CA = new TestCa("test CA");

    @TempDir
    Path dir;

    private Path cert;
    private Path key;

    @BeforeEach
    void write() throws IOException {
        TlsFiles.write(dir, CA, CA.server(), null);
        cert = dir.resolve("server-cert.pem");
        key = dir.resolve("server-key.pem");
    }

    private void assertRefused(String message) {
        assertThatThrownBy(() -> X509Credentials.load(TlsSettings.directory(dir)))
                .isInstanceOf(TlsSetupException.class)
                .hasMessageContaining(message)
                .hasMessageContaining(dir.toString());
    }

    @ParameterizedTest
    @CsvSource({"RSA, 2048", "EC, 256", "EC, 521"})
    void olderFormsOfKeysAreTheSameKey(String algorithm, int bits) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(bits);
        KeyPair pair = generator.generateKeyPair();
        // PKCS#8 is a version, an algorithm and the older form.
        Der pkcs8 = new Der(pair.getPrivate().getEncoded()).enter(0x30);
        pkcs8.skip(2);
        Der algorithmId = pkcs8.enter(0x30);
        algorithmId.skip(6);
        byte[] older = pkcs8.content(4);
        String parameters = algorithm.equals("EC") ? TestCa.pem("EC PARAMETERS", oid(algorithmId)) : "";
        Files.writeString(key, "some text\n" + parameters + TestCa.pem(algorithm + " PRIVATE KEY", older));
        assertThat(PrivateKeys.read(key)).isEqualTo(pair.getPrivate());
        Files.writeString(key, TestCa.pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
        assertThat(PrivateKeys.read(key)).isEqualTo(pair.getPrivate());
    }

    private static byte[] oid(Der algorithmId) {
        byte[] content = algorithmId.content(6);
        byte[] element = new byte[content.length + 2];
        element[0] = 6;
        element[1] = (byte) content.length;
        System.arraycopy(content, 0, element, 2, content.length);
        return element;
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "genrsa -traditional -out k.pem 2048", "genrsa -out k.pem 2048", "ecparam -genkey -name prime256v1 -out k.pem",
        "ecparam -genkey -noout -name secp384r1 -out k.pem", "genpkey -algorithm ed25519 -out k.pem",
        "genpkey -algorithm rsa-pss -out k.pem"})
    void keysOfOpensslAreRead(String command) throws Exception {
        new Tool("openssl", "openssl").orSkip().run(dir, command.split(" "));
        assertServes("k.pem", "openssl", "req", "-new", "-x509", "-key", "k.pem", "-subj", "/CN=x", "-out", "c.pem");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rsa", "ecdsa", "ed25519"})
    void keysOfCerttoolAreRead(String type) throws Exception {
        new Tool("certtool", "gnutls-bin").orSkip()
                .run(dir, "--generate-privkey", "--outfile", "k.pem", "--key-type", type);
        Files.writeString(dir.resolve("c.tmpl"), "cn=x\ntls_www_server\n");
        assertServes("k.pem", "certtool", "--generate-self-signed", "--load-privkey", "k.pem", "--template", "c.tmpl",
                "--outfile", "c.pem");
    }

    private void assertServes(String keyFile, String tool, String... certificateCommand) throws Exception {
        new Tool(tool, "").run(dir, certificateCommand);
        PrivateKey read = PrivateKeys.read(dir.resolve(keyFile));
        assertThat(read).isNotNull();
        X509Credentials.load(TlsSettings.x509(dir.resolve("c.pem"), dir.resolve(keyFile))).newEngine();
    }

    @Test
    void encryptedKeyIsRefusedInBothForms() throws IOException {
        Files.writeString(key, TestCa.pem("ENCRYPTED PRIVATE KEY", new byte[100]));
        assertRefused("server-key.pem is encrypted");
        Files.writeString(key, TestCa.pem("RSA PRIVATE KEY", new byte[100])
                .replaceFirst("\n", "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n"));
        assertRefused("server-key.pem is encrypted");
    }

    @Test
    void keyOfAnotherCertificateIsRefused() throws IOException {
        TlsFiles.put(dir, "server-key.pem", CA.server().keyPem());
        assertRefused("does not belong to the first certificate");
        TlsFiles.put(dir, "server-key.pem", CA.rsaServer().keyPem());
        assertRefused("does not belong to the first certificate");
    }

    @ParameterizedTest
    @ValueSource(strings = {"server-cert.pem", "server-key.pem", "ca-cert.pem", "ca-crl.pem"})
    void missingEmptyAndGarbledFilesAreNamed(String name) throws IOException {
        Files.writeString(dir.resolve("ca-crl.pem"), CA.crlPem(false));
        TlsSettings settings = TlsSettings.directory(dir).withClients(ClientCertificates.REQUIRED);
        X509Credentials.load(settings);
        String content = Files.readString(dir.resolve(name));
        String[] broken = {"", "no PEM\n", content.substring(0, content.length() / 2),
            content.replaceAll("(?s)(BEGIN [A-Z0-9 ]+-----).*?(-----END)", "$1\nAAAA\n$2"),
            content.replaceAll("(?s)(BEGIN [A-Z0-9 ]+-----).*?(-----END)", "$1\nA\n$2"),
            TestCa.pem("SOMETHING ELSE", new byte[50])};
        for (String text : broken) {
            Files.writeString(dir.resolve(name), text);
            assertThatThrownBy(() -> X509Credentials.load(settings)).as("with %s", text)
                    .isInstanceOf(TlsSetupException.class).hasMessageContaining(dir.resolve(name).toString());
        }
        Files.delete(dir.resolve(name));
        assertThatThrownBy(() -> X509Credentials.load(settings)).isInstanceOf(TlsSetupException.class)
                .hasMessageContaining(dir.resolve(name) + " does not exist");
    }

    @Test
    void endlessFileIsNotReadWhole() throws IOException {
        byte[] large = new byte[5 << 20];
        Arrays.fill(large, (byte) 'x');
        Files.write(cert, large);
        assertRefused("is larger than 4 MiB");
    }

    @Test
    void unreadableKeyIsNamed() throws IOException {
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("---------"));
        assumeFalse(Files.isReadable(key), "this user may read everything");
        assertRefused("may not be read by this user");
    }

    @Test
    void expiredCertificateOfTheServerIsServedWithAWarning() throws IOException {
        try (LogCapture log = new LogCapture()) {
            TlsFiles.write(dir, CA, CA.expiredClient("server"), null);
            X509Credentials.load(TlsSettings.directory(dir));
            assertThat(log.atLeast(Level.WARN)).singleElement().asString().contains(cert.toString(), "has expired");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "''| holds no key", "'alice'| in line 1", "':aabb'| in line 1",
        "'x:00112233445566778899aabbccddeeff\\na:zz'| in line 2",
        "'a:0011'| of 16 to 512 bytes in line 1", "'a:'| in line 1",
        "'a:00112233445566778899aabbccddeeff\\n\\na:ffeeddccbbaa99887766554433221100'| second key"})
    void brokenPreSharedKeysAreNamedByTheirLineAlone(String text, String message) throws IOException {
        Path file = Files.writeString(dir.resolve("keys.psk"), text.replace("\\n", "\n"));
        assertThatThrownBy(() -> PskKeys.load(file)).isInstanceOf(TlsSetupException.class)
                .hasMessageContaining(file.toString()).hasMessageContaining(message).hasMessageNotContaining("0011");
    }

    @Test
    void keysOfTheJdkLastLongerThanItsClientsCanBearRenewals() throws IOException {
        X509Credentials.load(TlsSettings.directory(dir)).newEngine();
        assertThat(Security.getProperty("jdk.tls.keyLimits").split(", "))
                .hasSize(2).allMatch(limit -> limit.endsWith(" KeyUpdate 2^48"));
    }

    @Test
    void settingsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> TlsSettings.x509(cert, null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TlsSettings.psk(null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TlsSettings.x509(cert, key).withClients(ClientCertificates.REQUIRED))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("trustAnchors=null");
    }
}
