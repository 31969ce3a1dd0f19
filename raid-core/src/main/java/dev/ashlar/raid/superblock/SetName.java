package dev.ashlar.raid.superblock;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * The 32 bytes of {@code set_name} as a string and back without loss: a byte that is not UTF-8 becomes the lone
 * surrogate U+DC00 + byte, which no well-formed name contains. A name that fills all 32 bytes has no NUL after it.
 */
final class SetName {
    private static final int ESCAPE = 0xdc00;

    private SetName() {}

    static String decode(MemorySegment source, long offset) {
        byte[] bytes = new byte[SuperblockLayout.NAME_BYTES];
        MemorySegment.copy(source, ValueLayout.JAVA_BYTE, offset, bytes, 0, bytes.length);
        int length = 0;
        while (length < bytes.length && bytes[length] != 0) {
            length++;
        }
        StringBuilder name = new StringBuilder(length);
        int at = 0;
        while (at < length) {
            int size = characterBytes(bytes, at, length);
            if (size == 0) {
                name.append((char) (ESCAPE + Byte.toUnsignedInt(bytes[at++])));
            } else {
                name.append(new String(bytes, at, size, StandardCharsets.UTF_8));
                at += size;
            }
        }
        return name.toString();
    }

    /** The bytes of a name. @throws IllegalArgumentException if there are more than 32, or one is NUL */
    static byte[] encode(String name) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * name.length());
        name.codePoints().forEach(point -> {
            if (point >= ESCAPE + 0x80 && point <= ESCAPE + 0xff) {
                bytes.put((byte) (point - ESCAPE));
            } else {
                bytes.put(Character.toString(point).getBytes(StandardCharsets.UTF_8));
            }
        });
        if (bytes.position() > SuperblockLayout.NAME_BYTES || name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("name=\"" + name + "\" takes " + bytes.position() + " bytes, at most "
                    + SuperblockLayout.NAME_BYTES + " and no NUL are allowed");
        }
        return ByteBuffer.allocate(bytes.position()).put(bytes.flip()).array();
    }

    /** Bytes of the UTF-8 character at {@code at}, 0 when there is none. */
    private static int characterBytes(byte[] bytes, int at, int end) {
        int first = Byte.toUnsignedInt(bytes[at]);
        int size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
        if (at + size > end) {
            return 0;
        }
        try {
            StandardCharsets.UTF_8.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes, at, size));
            return size;
        } catch (CharacterCodingException _) {
            return 0;
        }
    }
}
