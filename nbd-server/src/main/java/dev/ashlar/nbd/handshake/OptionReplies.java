package dev.ashlar.nbd.handshake;

import dev.ashlar.nbd.protocol.Magic;
import dev.ashlar.nbd.protocol.OptionReply;
import dev.ashlar.nbd.transport.Transport;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Gathers the replies to an option and sends them together. */
final class OptionReplies {
    private static final int HEADER_BYTES = 20;
    /** Room for the longest reply: a name and a description in a LIST. */
    private static final int BUFFER_BYTES = 9 << 10;

    private final Transport transport;
    private final MemorySegment memory = Arena.ofAuto().allocate(BUFFER_BYTES);
    private final ByteBuffer buffer = memory.asByteBuffer();

    OptionReplies(Transport transport) {
        this.transport = transport;
    }

    void ack(int option) throws IOException {
        reply(option, OptionReply.ACK, 0);
    }

    void error(int option, OptionReply error, String message) throws IOException {
        byte[] text = message.getBytes(StandardCharsets.UTF_8);
        reply(option, error, text.length).put(text);
    }

    /** Starts a reply and gives the place for its data: exactly {@code dataBytes} bytes must be put there. */
    ByteBuffer reply(int option, OptionReply type, int dataBytes) throws IOException {
        return raw(HEADER_BYTES + dataBytes)
                .putLong(Magic.OPTION_REPLY)
                .putInt(option)
                .putInt(type.code())
                .putInt(dataBytes);
    }

    /** The place for {@code bytes} bytes that are no option reply. */
    ByteBuffer raw(int bytes) throws IOException {
        if (buffer.remaining() < bytes) {
            send();
        }
        return buffer;
    }

    void send() throws IOException {
        transport.send(memory, 0, buffer.position());
        buffer.clear();
    }
}
