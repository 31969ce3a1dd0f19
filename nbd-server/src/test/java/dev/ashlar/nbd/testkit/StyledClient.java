package dev.ashlar.nbd.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongToIntFunction;

/**
 * A client in the transmission phase that speaks one of the three reply styles, so that a test says once what all of
 * them must do. Every rule of the protocol text about the form of a reply is checked here, for every reply.
 */
public final class StyledClient implements Closeable {
    public static final int OPT_LIST_META_CONTEXT = 9;
    public static final int OPT_SET_META_CONTEXT = 10;
    public static final int OPT_EXTENDED_HEADERS = 11;
    public static final int BLOCK_STATUS = 7;
    public static final int REQ_ONE = 8;
    public static final int FAST_ZERO = 16;
    public static final int PAYLOAD_LEN = 32;
    public static final int EOVERFLOW = 75;
    public static final int ENOTSUP = 95;

    /** What is negotiated about headers and replies. */
    public enum Style {
        SIMPLE(-1, 16),
        STRUCTURED(8, 20),
        EXTENDED(11, 32);

        private final int option;
        private final int replyHeaderBytes;

        Style(int option, int replyHeaderBytes) {
            this.option = option;
            this.replyHeaderBytes = replyHeaderBytes;
        }
    }

    private static final int SIMPLE_MAGIC = 0x67446698;

    private final WireClient wire;
    private final Style style;
    private long nextCookie = 0xfedcba9876543210L;

    /** Takes over a client in the transmission phase. */
    public StyledClient(WireClient wire, Style style) {
        this.wire = wire;
        this.style = style;
    }

    /** Negotiates {@code style} and {@code contexts}, and enters {@code export}. */
    public static StyledClient open(Wire wire, Path socket, String export, Style style, String... contexts)
            throws IOException {
        WireClient client = wire.greeted(socket);
        agree(client, style);
        if (contexts.length > 0) {
            assertThat(client.optionReplies(OPT_SET_META_CONTEXT, contextData(export, contexts)))
                    .hasSize(contexts.length + 1);
        }
        return new StyledClient(client.go(export), style);
    }

    /** Negotiates {@code style}. */
    public static WireClient agree(WireClient client, Style style) throws IOException {
        if (style.option >= 0) {
            assertThat(client.optionResult(style.option)).isEqualTo(WireClient.REP_ACK);
        }
        return client;
    }

    /** The data of LIST_META_CONTEXT and SET_META_CONTEXT. */
    public static byte[] contextData(String export, String... queries) {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        data.writeBytes(string(export));
        data.writeBytes(ByteBuffer.allocate(4).putInt(queries.length).array());
        for (String query : queries) {
            data.writeBytes(string(query));
        }
        return data.toByteArray();
    }

    private static byte[] string(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(4 + bytes.length).putInt(bytes.length).put(bytes).array();
    }

    public WireClient wire() {
        return wire;
    }

    public Style style() {
        return style;
    }

    @Override
    public void close() throws IOException {
        wire.close();
    }

    /** The bytes of a request header of this style. */
    public byte[] header(int flags, int type, long cookie, long offset, long length) {
        if (style != Style.EXTENDED) {
            return WireClient.header(flags, type, cookie, offset, length);
        }
        return ByteBuffer.allocate(32)
                .putInt(0x21e41c71)
                .putShort((short) flags)
                .putShort((short) type)
                .putLong(cookie)
                .putLong(offset)
                .putLong(length)
                .array();
    }

    /** The bytes of a WRITE of this style, payload and all. */
    public byte[] writeBytes(int flags, long cookie, long offset, byte[] payload) {
        int payloadFlag = style == Style.EXTENDED ? PAYLOAD_LEN : 0;
        byte[] header = header(flags | payloadFlag, WireClient.WRITE, cookie, offset, payload.length);
        return ByteBuffer.allocate(header.length + payload.length).put(header).put(payload).array();
    }

    public void request(int flags, int type, long cookie, long offset, long length) throws IOException {
        wire.send(header(flags, type, cookie, offset, length));
    }

    public void write(int flags, long cookie, long offset, byte[] payload) throws IOException {
        wire.send(writeBytes(flags, cookie, offset, payload));
    }

    /** The next reply, whole. With simple replies the caller must know whether data come: {@code readBytes} of them. */
    public Reply reply(int readBytes) throws IOException {
        return reply(_ -> readBytes);
    }

    /** As {@link #reply(int)}, with the number of bytes by the reply's cookie. */
    public Reply reply(LongToIntFunction readBytes) throws IOException {
        ByteBuffer begin = wire.receive(16);
        if (begin.getInt(0) == SIMPLE_MAGIC) {
            assertThat(style).as("no simple reply with extended headers").isNotEqualTo(Style.EXTENDED);
            int error = begin.getInt(4);
            List<Chunk> data = new ArrayList<>();
            int dataBytes = style == Style.SIMPLE && error == 0 ? readBytes.applyAsInt(begin.getLong(8)) : 0;
            if (dataBytes > 0) {
                data.add(new Chunk(Chunk.SIMPLE_DATA, 0, wire.receive(dataBytes)));
            }
            return new Reply(begin.getLong(8), error, "", 0, data);
        }
        assertThat(style).as("no chunks without agreement").isNotEqualTo(Style.SIMPLE);
        List<Chunk> chunks = new ArrayList<>();
        long cookie = begin.getLong(8);
        long requestOffset = 0;
        while (true) {
            assertThat(begin.getInt()).as("magic").isEqualTo(style == Style.EXTENDED ? 0x6e8a278c : 0x668e33ef);
            int flags = begin.getShort();
            int type = Short.toUnsignedInt(begin.getShort());
            assertThat(begin.getLong()).as("cookie").isEqualTo(cookie);
            ByteBuffer rest = wire.receive(style.replyHeaderBytes - 16);
            requestOffset = style == Style.EXTENDED ? rest.getLong() : 0;
            long length = style == Style.EXTENDED ? rest.getLong() : Integer.toUnsignedLong(rest.getInt());
            assertThat(length).as("payload of a chunk").isBetween(0L, (64L << 20) + 8);
            chunks.add(new Chunk(type, flags, wire.receive((int) length)));
            assertThat(flags).as("flags of a chunk").isBetween(0, 1);
            if (flags == 1) {
                return Reply.ofChunks(cookie, requestOffset, chunks);
            }
            begin = wire.receive(16);
        }
    }

    /** The whole reply to a request without payload, sent now. */
    public Reply call(int flags, int type, long offset, long length) throws IOException {
        long cookie = nextCookie++;
        request(flags, type, cookie, offset, length);
        return answer(cookie, offset, type == WireClient.READ ? (int) length : 0);
    }

    /** The whole reply to a WRITE, sent now. */
    public Reply callWrite(int flags, long offset, byte[] payload) throws IOException {
        long cookie = nextCookie++;
        write(flags, cookie, offset, payload);
        return answer(cookie, offset, 0);
    }

    /** The whole reply to a request with any payload behind an extended header, sent now. */
    public Reply callWithPayload(int flags, int type, long offset, byte[] payload) throws IOException {
        long cookie = nextCookie++;
        request(flags | PAYLOAD_LEN, type, cookie, offset, payload.length);
        wire.send(payload);
        return answer(cookie, offset, 0);
    }

    private Reply answer(long cookie, long offset, int readBytes) throws IOException {
        Reply reply = reply(readBytes);
        assertThat(reply.cookie()).isEqualTo(cookie);
        if (style == Style.EXTENDED) {
            assertThat(reply.requestOffset()).as("the request's offset").isEqualTo(offset);
        }
        return reply;
    }

    /** Reads, in as many chunks as the server likes: the data, which must be there. */
    public byte[] read(long offset, int length) throws IOException {
        Reply reply = call(0, WireClient.READ, offset, length);
        assertThat(reply.error()).isZero();
        return reply.content(offset, length);
    }
}
