package dev.ashlar.nbd.transmission;

import dev.ashlar.nbd.protocol.Magic;
import java.nio.ByteBuffer;

/**
 * The header of a request. One object per connection, overwritten by the next request.
 *
 * <pre>
 *  0      4      6      8                 16                24      28
 *  ├──────┼──────┼──────┼─────────────────┼─────────────────┼───────┤
 *  │magic │flags │ type │ cookie          │ offset          │length │  then length bytes of payload for WRITE
 * </pre>
 */
final class Request {
    static final int BYTES = 28;

    private int flags;
    private int type;
    private long cookie;
    private long offsetBytes;
    private long lengthBytes;

    /** Reads the header at {@code index} of {@code buffer}: false when the magic number is wrong. */
    boolean decode(ByteBuffer buffer, int index) {
        if (buffer.getInt(index) != Magic.REQUEST) {
            return false;
        }
        flags = Short.toUnsignedInt(buffer.getShort(index + 4));
        type = Short.toUnsignedInt(buffer.getShort(index + 6));
        cookie = buffer.getLong(index + 8);
        offsetBytes = buffer.getLong(index + 16);
        lengthBytes = Integer.toUnsignedLong(buffer.getInt(index + 24));
        return true;
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

    /** 0 to 2^32 - 1. */
    long lengthBytes() {
        return lengthBytes;
    }
}
