package dev.ashlar.cli.demo;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * A small NBD client: fixed newstyle, GO, simple replies, one request at a time. Enough to use an export as real
 * clients do and to compare what comes back. Not thread-safe: one connection a thread.
 *
 * <p>Numbers are those of the NBD project's {@code proto.md}.
 */
final class NbdClient implements AutoCloseable {
    private static final long NBD_MAGIC = 0x4e42444d41474943L;
    private static final long OPTION_MAGIC = 0x49484156454f5054L;
    private static final long OPTION_REPLY_MAGIC = 0x3e889045565a9L;
    private static final int REQUEST_MAGIC = 0x25609513;
    private static final int REPLY_MAGIC = 0x67446698;
    private static final int FIXED_NEWSTYLE_NO_ZEROES = 3;
    private static final int OPT_GO = 7;
    private static final int REP_ACK = 1;
    private static final int REP_INFO = 3;
    private static final int INFO_EXPORT = 0;
    private static final int CMD_READ = 0;
    private static final int CMD_WRITE = 1;
    private static final int CMD_DISCONNECT = 2;
    private static final int CMD_FLUSH = 3;
    private static final int MAX_OPTION_REPLY_BYTES = 1 << 16;

    private final SocketChannel channel;
    private final ByteBuffer header = ByteBuffer.allocateDirect(28);
    private long sizeBytes;
    private long cookie;

    private NbdClient(SocketChannel channel) {
        this.channel = channel;
    }

    /** Connects to {@code nbd://HOST:PORT/NAME} or {@code nbd+unix:///NAME?socket=PATH}. */
    static NbdClient connect(URI uri) throws IOException {
        SocketChannel channel;
        if (uri.getScheme().equals("nbd+unix")) {
            channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(UnixDomainSocketAddress.of(uri.getQuery().substring("socket=".length())));
        } else {
            channel = SocketChannel.open(new InetSocketAddress(uri.getHost(), uri.getPort()));
        }
        NbdClient client = new NbdClient(channel);
        try {
            client.negotiate(uri.getPath().substring(1));
            return client;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private void negotiate(String export) throws IOException {
        ByteBuffer greeting = receive(18);
        if (greeting.getLong() != NBD_MAGIC || greeting.getLong() != OPTION_MAGIC) {
            throw new IOException("no NBD server of the newstyle kind");
        }
        byte[] name = export.getBytes(StandardCharsets.UTF_8);
        int goBytes = 4 + name.length + 2;
        ByteBuffer go = ByteBuffer.allocate(4 + 16 + goBytes);
        go.putInt(FIXED_NEWSTYLE_NO_ZEROES).putLong(OPTION_MAGIC).putInt(OPT_GO).putInt(goBytes);
        go.putInt(name.length).put(name).putShort((short) 0);
        send(go.flip());
        while (!acknowledged(export)) {
            continue;
        }
    }

    /** Takes one reply to GO; whether it was the last. */
    private boolean acknowledged(String export) throws IOException {
        ByteBuffer reply = receive(20);
        if (reply.getLong() != OPTION_REPLY_MAGIC) {
            throw new IOException("no option reply");
        }
        reply.getInt();
        int type = reply.getInt();
        int lengthBytes = reply.getInt();
        if (lengthBytes < 0 || lengthBytes > MAX_OPTION_REPLY_BYTES) {
            throw new IOException("option reply too long: lengthBytes=" + lengthBytes);
        }
        ByteBuffer data = receive(lengthBytes);
        if (type == REP_INFO && data.getShort() == INFO_EXPORT) {
            sizeBytes = data.getLong();
        } else if (type != REP_INFO && type != REP_ACK) {
            throw new IOException("export refused: name=" + export + " reply=0x" + Integer.toHexString(type) + " "
                    + StandardCharsets.UTF_8.decode(data));
        }
        return type == REP_ACK;
    }

    /** The export's size. */
    long sizeBytes() {
        return sizeBytes;
    }

    /** Fills what remains of the buffer from the export. */
    void read(long offsetBytes, ByteBuffer target) throws IOException {
        request(CMD_READ, offsetBytes, target.remaining());
        reply("read", offsetBytes);
        fill(target);
    }

    /** Writes what remains of the buffer to the export. */
    void write(long offsetBytes, ByteBuffer source) throws IOException {
        request(CMD_WRITE, offsetBytes, source.remaining());
        send(source);
        reply("write", offsetBytes);
    }

    /** Makes durable what was written. */
    void flush() throws IOException {
        request(CMD_FLUSH, 0, 0);
        reply("flush", 0);
    }

    private void request(int command, long offsetBytes, int lengthBytes) throws IOException {
        header.clear();
        header.putInt(REQUEST_MAGIC).putShort((short) 0).putShort((short) command);
        header.putLong(++cookie).putLong(offsetBytes).putInt(lengthBytes);
        send(header.flip());
    }

    private void reply(String verb, long offsetBytes) throws IOException {
        header.clear().limit(16);
        fill(header);
        header.flip();
        int magic = header.getInt();
        int error = header.getInt();
        if (magic != REPLY_MAGIC || header.getLong() != cookie) {
            throw new IOException("no reply to our request");
        }
        if (error != 0) {
            throw new IOException("server answered " + verb + " with error=" + error + " offset=" + offsetBytes);
        }
    }

    private ByteBuffer receive(int lengthBytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(lengthBytes);
        fill(buffer);
        return buffer.flip();
    }

    private void fill(ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException("the server closed the connection");
            }
        }
    }

    private void send(ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            request(CMD_DISCONNECT, 0, 0);
        }
    }
}
