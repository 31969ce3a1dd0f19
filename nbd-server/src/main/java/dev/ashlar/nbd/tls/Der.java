package dev.ashlar.nbd.tls;

import java.nio.ByteBuffer;

/** Walks DER elements one after the other, as far as a private key needs it: one-byte tags, lengths up to 64 KiB. */
final class Der {
    private final ByteBuffer bytes;

    Der(byte[] bytes) {
        this(ByteBuffer.wrap(bytes));
    }

    private Der(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /** Whether the next element has this tag. */
    boolean at(int tag) {
        return bytes.hasRemaining() && Byte.toUnsignedInt(bytes.get(bytes.position())) == tag;
    }

    /** Goes past the next element, which is read from here on by what is returned. */
    Der enter(int tag) {
        return new Der(element(tag));
    }

    /** Goes past the next element and gives its content. */
    byte[] content(int tag) {
        ByteBuffer element = element(tag);
        byte[] content = new byte[element.remaining()];
        element.get(content);
        return content;
    }

    /** Goes past the next element. */
    void skip(int tag) {
        element(tag);
    }

    private ByteBuffer element(int tag) {
        if (!at(tag) || bytes.remaining() < 2) {
            throw new IllegalArgumentException("it is not encoded as its kind should be");
        }
        bytes.get();
        int length = Byte.toUnsignedInt(bytes.get());
        int more = length - 0x80;
        if (more >= 0) {
            if (more == 0 || more > 2 || bytes.remaining() < more) {
                throw new IllegalArgumentException("it is not encoded as its kind should be");
            }
            length = 0;
            for (int i = 0; i < more; i++) {
                length = length << Byte.SIZE | Byte.toUnsignedInt(bytes.get());
            }
        }
        if (length > bytes.remaining()) {
            throw new IllegalArgumentException("it ends too early");
        }
        ByteBuffer element = bytes.slice(bytes.position(), length);
        bytes.position(bytes.position() + length);
        return element;
    }
}
