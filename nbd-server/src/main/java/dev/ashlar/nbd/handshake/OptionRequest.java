package dev.ashlar.nbd.handshake;

import dev.ashlar.nbd.Export;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * An option as the client sent it.
 *
 * @param code its number
 * @param data its data, exactly, big-endian
 */
record OptionRequest(int code, ByteBuffer data) {

    /** Takes the next {@code lengthBytes} bytes as a string of the protocol: UTF-8 without NUL. */
    String takeString(int lengthBytes) throws InvalidOptionException {
        if (lengthBytes < 0 || lengthBytes > data.remaining()) {
            throw new InvalidOptionException("a string is longer than the option that holds it");
        }
        if (lengthBytes > Export.MAX_STRING_BYTES) {
            throw new InvalidOptionException("a string is longer than the protocol's 4096 bytes");
        }
        ByteBuffer bytes = data.slice(data.position(), lengthBytes);
        data.position(data.position() + lengthBytes);
        try {
            String string = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
            if (string.indexOf('\0') >= 0) {
                throw new InvalidOptionException("a string contains NUL");
            }
            return string;
        } catch (CharacterCodingException _) {
            throw new InvalidOptionException("a string is not UTF-8");
        }
    }

    /** Refuses an option that must not carry data. */
    void requireNoData() throws InvalidOptionException {
        if (data.hasRemaining()) {
            throw new InvalidOptionException("this option carries no data");
        }
    }
}
