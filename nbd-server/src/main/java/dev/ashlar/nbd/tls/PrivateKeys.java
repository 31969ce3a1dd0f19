package dev.ashlar.nbd.tls;

import dev.ashlar.nbd.TlsSetupException;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.HexFormat;

/**
 * Private keys in the three forms that openssl and certtool write: PKCS#8 (RFC 5958), PKCS#1 for RSA (RFC 8017, A.1.2)
 * and SEC1 for elliptic curves (RFC 5915). The JDK reads the first, so the others are wrapped into it.
 */
final class PrivateKeys {
    private static final int INTEGER = 0x02;
    private static final int OCTET_STRING = 0x04;
    private static final int OID = 0x06;
    private static final int SEQUENCE = 0x30;
    private static final int EC_PARAMETERS = 0xa0;
    private static final byte[] VERSION_0 = {INTEGER, 1, 0};

    /** AlgorithmIdentifier of rsaEncryption, 1.2.840.113549.1.1.1, with its NULL. */
    private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");

    /** id-ecPublicKey, 1.2.840.10045.2.1, as an element. */
    private static final byte[] EC_PUBLIC_KEY = HexFormat.of().parseHex("06072a8648ce3d0201");

    private PrivateKeys() {}

    /** The first private key in a file. */
    static PrivateKey read(Path path) throws TlsSetupException {
        byte[] curve = null;
        for (PemFile.Block block : PemFile.read(path, "private key").blocks()) {
            if (block.label().equals("ENCRYPTED PRIVATE KEY") || block.headers().contains("ENCRYPTED")) {
                throw new TlsSetupException("private key " + path
                        + " is encrypted: a server that starts by itself needs it without a passphrase");
            }
            try {
                switch (block.label()) {
                    case "EC PARAMETERS" -> curve = block.der();
                    case "PRIVATE KEY" -> {
                        return pkcs8(block.der());
                    }
                    case "RSA PRIVATE KEY" -> {
                        return pkcs8(wrap(RSA, block.der()));
                    }
                    case "EC PRIVATE KEY" -> {
                        return pkcs8(wrap(ecAlgorithm(block.der(), curve), block.der()));
                    }
                    default -> {
                        // A certificate beside the key, or public parameters.
                    }
                }
            } catch (GeneralSecurityException | IllegalArgumentException e) {
                throw new TlsSetupException("private key " + path + " cannot be used: " + e.getMessage(), e);
            }
        }
        throw new TlsSetupException("private key " + path + " holds no private key");
    }

    private static PrivateKey pkcs8(byte[] der) throws GeneralSecurityException {
        Der sequence = new Der(der).enter(SEQUENCE);
        sequence.skip(INTEGER);
        Der algorithm = sequence.enter(SEQUENCE);
        String oid = HexFormat.of().formatHex(algorithm.content(OID));
        String name = switch (oid) {
            case "2a864886f70d010101" -> "RSA";
            case "2a864886f70d01010a" -> "RSASSA-PSS";
            case "2a8648ce3d0201" -> "EC";
            case "2b6570", "2b6571" -> "EdDSA";
            default -> throw new GeneralSecurityException("its algorithm is none of RSA, ECDSA and EdDSA");
        };
        return KeyFactory.getInstance(name).generatePrivate(new PKCS8EncodedKeySpec(der));
    }

    private static byte[] wrap(byte[] algorithm, byte[] key) {
        return element(SEQUENCE, VERSION_0, algorithm, element(OCTET_STRING, key));
    }

    private static byte[] ecAlgorithm(byte[] key, byte[] curveBeside) throws GeneralSecurityException {
        Der sequence = new Der(key).enter(SEQUENCE);
        sequence.skip(INTEGER);
        sequence.skip(OCTET_STRING);
        byte[] curve = sequence.at(EC_PARAMETERS) ? sequence.content(EC_PARAMETERS) : curveBeside;
        if (curve == null) {
            throw new GeneralSecurityException("it does not name its curve");
        }
        return element(SEQUENCE, EC_PUBLIC_KEY, curve);
    }

    private static byte[] element(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        int length = content.size();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(tag);
        if (length < 0x80) {
            all.write(length);
        } else if (length < 0x100) {
            all.write(0x81);
            all.write(length);
        } else {
            all.write(0x82);
            all.write(length >>> Byte.SIZE);
            all.write(length);
        }
        all.writeBytes(content.toByteArray());
        return all.toByteArray();
    }
}
