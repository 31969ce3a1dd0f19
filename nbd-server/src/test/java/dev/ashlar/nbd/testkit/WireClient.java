package dev.ashlar.nbd.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/** A client that sends exactly the bytes it is told to. It knows the wire, not our code: numbers are written out. */
public final class WireClient implements Closeable {
    public static final int OPT_EXPORT_NAME = 1;
    public static final int OPT_ABORT = 2;
    public static final int OPT_LIST = 3;
    public static final int OPT_STARTTLS = 5;
    public static final int OPT_INFO = 6;
    public static final int OPT_GO = 7;
    public static final int OPT_STRUCTURED_REPLY = 8;

    public static final int REP_ACK = 1;
    public static final int REP_SERVER = 2;
    public static final int REP_INFO = 3;
    public static final int REP_META_CONTEXT = 4;
    public static final int ERR_UNSUP = 0x80000001;
    public static final int ERR_POLICY = 0x80000002;
    public static final int ERR_INVALID = 0x80000003;
    public static final int ERR_TLS_REQD = 0x80000005;
    public static final int ERR_UNKNOWN = 0x80000006;
    public static final int ERR_SHUTDOWN = 0x80000007;
    public static final int ERR_TOO_BIG = 0x80000009;
    public static final int ERR_EXT_HEADER_REQD = 0x8000000a;

    public static final int READ = 0;
    public static final int WRITE = 1;
    public static final int DISC = 2;
    public static final int FLUSH = 3;
    public static final int TRIM = 4;
    public static final int CACHE = 5;
    public static final int WRITE_ZEROES = 6;

    public static final int FUA = 1;
    public static final int NO_HOLE = 2;
    public static final int DF = 4;

    public static final int EPERM = 1;
    public static final int EIO = 5;
    public static final int ENOMEM = 12;
    public static final int EINVAL = 22;
    public static final int ENOSPC = 28;
    public static final int ESHUTDOWN = 108;

    private final SocketChannel socket;
    private ByteChannel channel;

    /** A reply to an option. */
    public record OptionReply(int option, int type, ByteBuffer data) {
        public String text() {
            return StandardCharsets.UTF_8.decode(data.duplicate()).toString();
        }
    }

    /** A simple reply without its data. */
    public record SimpleReply(int error, long cookie) {}

    /** A chunk of a structured reply. */
    public record Chunk(int flags, int type, long cookie, ByteBuffer payload) {}

    private WireClient(SocketAddress address) throws IOException {
        socket = SocketChannel.open(address);
        channel = socket;
    }

    public static WireClient connect(Path socket) throws IOException {
        return new WireClient(UnixDomainSocketAddress.of(socket));
    }

    public static WireClient connect(SocketAddress address) throws IOException {
        return new WireClient(address);
    }

    /** Connected, greeted and through GO, with simple replies. */
    public static WireClient open(Path socket, String export) throws IOException {
        return connect(socket).greet(3).go(export);
    }

    /** Connected, greeted and through GO, with structured replies. */
    public static WireClient openStructured(Path socket, String export) throws IOException {
        return connect(socket).greet(3).structured().go(export);
    }

    public void send(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    public void send(byte... bytes) throws IOException {
        send(ByteBuffer.wrap(bytes));
    }

    public ByteBuffer receive(int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) {
                throw new EOFException("closed after " + bytes.position() + " of " + count + " bytes");
            }
        }
        return bytes.flip();
    }

    public byte[] receiveBytes(int count) throws IOException {
        return receive(count).array();
    }

    /** Fails unless the server has closed, with nothing left to read. */
    public void expectClosed() {
        ByteBuffer one = ByteBuffer.allocate(1);
        try {
            assertThat(channel.read(one)).as("end of stream, not byte 0x%02x", one.get(0)).isEqualTo(-1);
        } catch (IOException e) {
            assertThat(e.getMessage()).as("how the connection ends").containsAnyOf("reset", "close_notify");
        }
    }

    /** Reads until the server closes, and fails if an option was answered in between. */
    public void expectNothingUsable() {
        ByteBuffer all = ByteBuffer.allocate(1 << 16);
        try {
            while (channel.read(all) >= 0) {
                // More of an alert, at most.
            }
        } catch (IOException _) {
            // A reset is an end too.
        }
        byte[] seen = Arrays.copyOf(all.array(), all.position());
        assertThat(HexFormat.of().formatHex(seen)).as("what came").doesNotContain("0003e889045565a9");
    }

    /** Reads whatever comes until the server closes. */
    public void expectEnd() {
        try {
            ByteBuffer some = ByteBuffer.allocate(64 << 10);
            while (channel.read(some.clear()) >= 0) {
                // Whatever it is.
            }
        } catch (IOException _) {
            // The end, or a reset.
        }
    }

    /** The end of what this client says, in the words of the innermost layer. */
    public void endOutput() throws IOException {
        switch (channel) {
            case TlsChannel tls -> tls.endOutput();
            case PskChannel psk -> psk.endOutput();
            default -> socket.shutdownOutput();
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    // TLS.

    /** Begins TLS, which the server must be ready for. */
    public WireClient startTls(SSLContext context) throws IOException {
        SSLEngine engine = context.createSSLEngine("localhost", 10809);
        engine.setUseClientMode(true);
        return startTls(engine);
    }

    /** Begins TLS with an engine that is set up for a client. */
    public WireClient startTls(SSLEngine engine) throws IOException {
        return startTls(below -> new TlsChannel(below, engine));
    }

    /** Begins TLS with a pre-shared key. */
    public WireClient startTls(String user, byte[] key, boolean newest) throws IOException {
        return startTls(below -> new PskChannel(below, user, key, newest));
    }

    /** What comes between this client and its socket. */
    private interface Layer {
        ByteChannel over(ByteChannel below) throws IOException;
    }

    private WireClient startTls(Layer layer) throws IOException {
        assertThat(optionResult(OPT_STARTTLS)).isEqualTo(REP_ACK);
        try {
            channel = layer.over(socket);
        } catch (IOException e) {
            close();
            throw e;
        }
        return this;
    }

    /** TLS below, once begun. */
    public TlsChannel tls() {
        return (TlsChannel) channel;
    }

    /** TLS with a pre-shared key below, once begun. */
    public PskChannel psk() {
        return (PskChannel) channel;
    }

    /** The socket below. */
    public SocketChannel socket() {
        return socket;
    }

    // Handshake.

    public WireClient greet(int clientFlags) throws IOException {
        ByteBuffer greeting = receive(18);
        assertThat(greeting.getLong()).isEqualTo(0x4e42444d41474943L);
        assertThat(greeting.getLong()).isEqualTo(0x49484156454F5054L);
        assertThat(greeting.getShort()).as("fixed newstyle, no zeroes").isEqualTo((short) 3);
        send(ByteBuffer.allocate(4).putInt(clientFlags).flip());
        return this;
    }

    /** Sends an option in one go: the server may close as soon as it has seen the header. */
    public void option(int code, byte[] data) throws IOException {
        send(optionStart(code, data.length, data.length).put(data).flip());
    }

    private static ByteBuffer optionStart(int code, int length, int room) {
        return ByteBuffer.allocate(16 + room).putLong(0x49484156454F5054L).putInt(code).putInt(length);
    }

    public void optionHeader(int code, int length) throws IOException {
        send(optionStart(code, length, 0).flip());
    }

    public OptionReply optionReply() throws IOException {
        ByteBuffer header = receive(20);
        assertThat(header.getLong()).isEqualTo(0x3e889045565a9L);
        return new OptionReply(header.getInt(), header.getInt(), receive(header.getInt()));
    }

    /** All replies to an option, up to and including its last. */
    public List<OptionReply> optionReplies(int code, byte[] data) throws IOException {
        option(code, data);
        List<OptionReply> replies = new ArrayList<>();
        OptionReply reply;
        do {
            reply = optionReply();
            assertThat(reply.option()).isEqualTo(code);
            replies.add(reply);
        } while (reply.type() > REP_ACK);
        return replies;
    }

    /** The type of the only reply to an option. */
    public int optionResult(int code, byte... data) throws IOException {
        List<OptionReply> replies = optionReplies(code, data);
        assertThat(replies).hasSize(1);
        return replies.getFirst().type();
    }

    public WireClient structured() throws IOException {
        assertThat(optionResult(OPT_STRUCTURED_REPLY)).isEqualTo(REP_ACK);
        return this;
    }

    public WireClient go(String export) throws IOException {
        assertThat(optionReplies(OPT_GO, infoData(export)).getLast().type()).isEqualTo(REP_ACK);
        return this;
    }

    /** The data of INFO and GO. */
    public static byte[] infoData(String export, int... types) {
        byte[] name = export.getBytes(StandardCharsets.UTF_8);
        ByteBuffer data = ByteBuffer.allocate(6 + name.length + 2 * types.length);
        data.putInt(name.length).put(name).putShort((short) types.length);
        for (int type : types) {
            data.putShort((short) type);
        }
        return data.array();
    }

    // Transmission.

    public static byte[] header(int flags, int type, long cookie, long offset, long length) {
        return ByteBuffer.allocate(28)
                .putInt(0x25609513)
                .putShort((short) flags)
                .putShort((short) type)
                .putLong(cookie)
                .putLong(offset)
                .putInt((int) length)
                .array();
    }

    public void request(int flags, int type, long cookie, long offset, long length) throws IOException {
        send(header(flags, type, cookie, offset, length));
    }

    public void write(int flags, long cookie, long offset, byte[] payload) throws IOException {
        request(flags, WRITE, cookie, offset, payload.length);
        send(payload);
    }

    public SimpleReply simpleReply() throws IOException {
        ByteBuffer reply = receive(16);
        assertThat(reply.getInt()).as("magic of a simple reply").isEqualTo(0x67446698);
        return new SimpleReply(reply.getInt(), reply.getLong());
    }

    public Chunk chunk() throws IOException {
        ByteBuffer header = receive(20);
        assertThat(header.getInt()).as("magic of a structured reply").isEqualTo(0x668e33ef);
        return new Chunk(header.getShort(), Short.toUnsignedInt(header.getShort()), header.getLong(),
                receive(header.getInt()));
    }

    /** The error number of the reply to a request without payload, sent now, with simple replies. */
    public int errorOf(int flags, int type, long offset, long length) throws IOException {
        request(flags, type, 77, offset, length);
        SimpleReply reply = simpleReply();
        assertThat(reply.cookie()).isEqualTo(77);
        return reply.error();
    }

    /** The error number of the reply to a WRITE, sent now, with simple replies. */
    public int errorOfWrite(int flags, long offset, byte[] payload) throws IOException {
        write(flags, 78, offset, payload);
        SimpleReply reply = simpleReply();
        assertThat(reply.cookie()).isEqualTo(78);
        return reply.error();
    }

    /** Reads with a simple reply, which must be good. */
    public byte[] read(long offset, int length) throws IOException {
        assertThat(errorOf(0, READ, offset, length)).isZero();
        return receiveBytes(length);
    }
}
