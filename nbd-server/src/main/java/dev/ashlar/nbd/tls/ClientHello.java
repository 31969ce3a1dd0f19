package dev.ashlar.nbd.tls;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.function.Predicate;

/**
 * A look at the first message of a client, to see by which means it wants to be told who is who. Layout by RFC 8446,
 * sections 4.1.2, 4.2 and 4.2.11.
 *
 * <p>Nothing is decided here that matters to security: a wrong guess makes the handshake fail.
 */
final class ClientHello {
    private static final int RECORD_AND_MESSAGE_HEADERS = 9;
    private static final int VERSION_AND_RANDOM = 34;
    private static final int PRE_SHARED_KEY = 41;

    /** Cipher suites of TLS 1.2 with a Diffie-Hellman exchange and a pre-shared key that this server has. */
    private static final int ECDHE_PSK_AES_128_GCM = 0xd001;

    private static final int DHE_PSK_AES_128_GCM = 0x00aa;

    private ClientHello() {}

    /**
     * Whether the client offers a pre-shared key: one of TLS 1.3 whose name {@code known} takes, or those of TLS 1.2
     * and no certificates beside them.
     *
     * @param record the first record, whole, from its header on; not changed
     */
    static boolean wantsPsk(ByteBuffer record, Predicate<byte[]> known) {
        try {
            ByteBuffer hello = record.duplicate().position(record.position() + RECORD_AND_MESSAGE_HEADERS);
            skip(hello, VERSION_AND_RANDOM);
            skip(hello, Byte.toUnsignedInt(hello.get()));
            ByteBuffer suites = part(hello, Short.toUnsignedInt(hello.getShort()));
            skip(hello, Byte.toUnsignedInt(hello.get()));
            return offersKnown(part(hello, Short.toUnsignedInt(hello.getShort())), known) || onlyPsk(suites);
        } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException _) {
            // Longer than a record, or malformed: the other engine will say what is wrong with it.
            return false;
        }
    }

    private static boolean offersKnown(ByteBuffer extensions, Predicate<byte[]> known) {
        while (extensions.hasRemaining()) {
            int type = Short.toUnsignedInt(extensions.getShort());
            ByteBuffer content = part(extensions, Short.toUnsignedInt(extensions.getShort()));
            if (type == PRE_SHARED_KEY) {
                ByteBuffer identities = part(content, Short.toUnsignedInt(content.getShort()));
                while (identities.hasRemaining()) {
                    byte[] identity = new byte[Short.toUnsignedInt(identities.getShort())];
                    identities.get(identity);
                    identities.getInt();
                    if (known.test(identity)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /** Suites of ECDHE with certificates begin at 0xc023 and 0xcca8; those of TLS 1.3, 0x13.., say nothing. */
    private static boolean onlyPsk(ByteBuffer suites) {
        boolean psk = false;
        while (suites.hasRemaining()) {
            int suite = Short.toUnsignedInt(suites.getShort());
            psk |= suite == ECDHE_PSK_AES_128_GCM || suite == DHE_PSK_AES_128_GCM;
            if (suite >= 0xc023 && suite <= 0xc032 || suite == 0xcca8 || suite == 0xcca9) {
                return false;
            }
        }
        return psk;
    }

    private static void skip(ByteBuffer bytes, int count) {
        bytes.position(bytes.position() + count);
    }

    private static ByteBuffer part(ByteBuffer bytes, int count) {
        ByteBuffer part = bytes.slice(bytes.position(), count);
        skip(bytes, count);
        return part;
    }
}
