package dev.ashlar.nbd.transmission;

import dev.ashlar.nbd.protocol.Command;
import dev.ashlar.nbd.protocol.Flag;
import dev.ashlar.nbd.protocol.Magic;
import java.nio.ByteBuffer;

/**
 * The header of a request. One object per connection, overwritten by the next request.
 *
 * <pre>
 *  0      4      6      8                 16                24
 *  ├──────┼──────┼──────┼─────────────────┼─────────────────┼─────────────────┤
 *  │magic │flags │ type │ cookie          │ offset          │ length: 32 or 64 bits
 * </pre>
 *
 * <p>Behind a compact header there is a payload for WRITE alone. Behind an extended one there is a payload exactly when the
 * flag PAYLOAD_LEN says so, whatever the command; its length stands in for the length of the range then.
 */
final class Request {
    private static final int COMPACT_BYTES = 28;
    private static final int EXTENDED_BYTES = 32;

    private final boolean extended;
    private int flags;
    private int type;
    private long cookie;
    private long offsetBytes;
    private long lengthBytes;

    /** @param extended whether extended headers were agreed on */
    Request(boolean extended) {
        this.extended = extended;
    }

    /** The size of a header. */
    int headerBytes() {
        return extended ? EXTENDED_BYTES : COMPACT_BYTES;
    }

    /** Reads the header at {@code index} of {@code buffer}: false when the magic number is wrong. */
    boolean decode(ByteBuffer buffer, int index) {
        if (buffer.getInt(index) != (extended ? Magic.EXTENDED_REQUEST : Magic.REQUEST)) {
            return false;
        }
        flags = Short.toUnsignedInt(buffer.getShort(index + 4));
        type = Short.toUnsignedInt(buffer.getShort(index + 6));
        cookie = buffer.getLong(index + 8);
        offsetBytes = buffer.getLong(index + 16);
        lengthBytes = extended ? buffer.getLong(index + 24) : Integer.toUnsignedLong(buffer.getInt(index + 24));
        return true;
    }

    /** Takes the range's length from elsewhere, where the header's was that of a payload. */
    void effectiveLength(long bytes) {
        lengthBytes = bytes;
    }

    int flags() {
        return flags;
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    int type() {
        return type;
    }

    /** Opaque: goes back as it came. */
    long cookie() {
        return cookie;
    }

    /** Unsigned 64 bit. */
    long offsetBytes() {
        return offsetBytes;
    }

    /** Unsigned: 32 bit in a compact header, 64 in an extended one. */
    long lengthBytes() {
        return lengthBytes;
    }

    /** How many bytes follow the header; unsigned. */
    long payloadBytes() {
        boolean payload = extended ? has(Flag.CMD_PAYLOAD_LEN) : type == Command.WRITE;
        return payload ? lengthBytes : 0;
    }
}
