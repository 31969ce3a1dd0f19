package dev.ashlar.nbd.tls;

import dev.ashlar.nbd.TlsSetupException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/**
 * Pre-shared keys in the format of GnuTLS: a line "user:hexadecimal key" each, as psktool writes and nbdkit reads them.
 * Immutable.
 */
final class PskKeys {
    /** A shorter key can be guessed from one handshake that somebody has recorded. */
    private static final int MIN_KEY_BYTES = 16;

    /** GnuTLS's own bound. */
    private static final int MAX_KEY_BYTES = 512;

    private final Map<String, byte[]> keys;

    private PskKeys(Map<String, byte[]> keys) {
        this.keys = keys;
    }

    /** Reads the file. No message of an error quotes a line of it. */
    static PskKeys load(Path path) throws TlsSetupException {
        Map<String, byte[]> keys = new HashMap<>();
        int number = 0;
        for (String line : PemFile.text(path, "pre-shared key file").lines().toList()) {
            number++;
            if (line.isBlank()) {
                continue;
            }
            int colon = line.lastIndexOf(':');
            byte[] key = key(colon < 1 ? "" : line.substring(colon + 1).strip());
            if (key == null) {
                throw new TlsSetupException("pre-shared key file " + path + " has no user:hexadecimal-key of "
                        + MIN_KEY_BYTES + " to " + MAX_KEY_BYTES + " bytes in line " + number);
            }
            String user = new String(line.substring(0, colon).getBytes(StandardCharsets.ISO_8859_1),
                    StandardCharsets.UTF_8);
            if (keys.put(user, key) != null) {
                throw new TlsSetupException(
                        "pre-shared key file " + path + " has a second key for a user in line " + number);
            }
        }
        if (keys.isEmpty()) {
            throw new TlsSetupException("pre-shared key file " + path + " holds no key");
        }
        return new PskKeys(keys);
    }

    private static byte[] key(String digits) {
        try {
            byte[] key = HexFormat.of().parseHex(digits);
            return key.length < MIN_KEY_BYTES || key.length > MAX_KEY_BYTES ? null : key;
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    /** A copy of a user's key, null for a stranger. */
    byte[] key(byte[] identity) {
        byte[] key = keys.get(new String(identity, StandardCharsets.UTF_8));
        return key == null ? null : key.clone();
    }
}
