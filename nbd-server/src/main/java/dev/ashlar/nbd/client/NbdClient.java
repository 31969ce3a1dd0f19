package dev.ashlar.nbd.client;

import dev.ashlar.nbd.protocol.Command;
import dev.ashlar.nbd.protocol.Info;
import dev.ashlar.nbd.protocol.Magic;
import dev.ashlar.nbd.protocol.Option;
import dev.ashlar.nbd.protocol.OptionReply;
import dev.ashlar.nbd.tls.ClientCredentials;
import dev.ashlar.nbd.tls.PskClientChannel;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * A small NBD client: fixed newstyle, STARTTLS with certificates or a pre-shared key, GO, simple replies, one request at
 * a time. Enough to use an export as real clients do and to compare what comes back. Not thread-safe: one connection a
 * thread.
 */
public final class NbdClient implements AutoCloseable {
    private static final int FIXED_NEWSTYLE_NO_ZEROES = 3;
    private static final int MAX_OPTION_REPLY_BYTES = 1 << 16;

    /** What every server takes that says nothing of block sizes. */
    private static final int DEFAULT_MAX_REQUEST_BYTES = 32 << 20;

    /** A server that says less is not to be believed; it would be asked for ever. */
    private static final int LEAST_MAX_REQUEST_BYTES = 512;

    private final ByteBuffer header = ByteBuffer.allocateDirect(28);
    private ByteChannel channel;
    private long sizeBytes;
    private int maxRequestBytes = DEFAULT_MAX_REQUEST_BYTES;
    private long cookie;

    private NbdClient(ByteChannel channel) {
        this.channel = channel;
    }

    /**
     * Connects and opens the export.
     *
     * @throws IOException if nobody answers, or the server or its certificate is not what the URI asks for
     */
    public static NbdClient connect(NbdUri uri) throws IOException {
        NbdClient client = new NbdClient(open(uri));
        try {
            client.greet();
            if (uri.encrypted()) {
                client.startTls(uri);
            }
            client.go(uri.export());
            return client;
        } catch (IOException | RuntimeException e) {
            client.channel.close();
            throw e;
        }
    }

    private static SocketChannel open(NbdUri uri) throws IOException {
        if (uri.socket() == null) {
            InetSocketAddress address = new InetSocketAddress(uri.host(), uri.port());
            if (address.isUnresolved()) {
                throw new UnknownHostException("no address for this host: host=" + uri.host());
            }
            return SocketChannel.open(address);
        }
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(uri.socket()));
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private void greet() throws IOException {
        ByteBuffer greeting = receive(18);
        if (greeting.getLong() != Magic.INIT_PASSWD || greeting.getLong() != Magic.IHAVEOPT) {
            throw new IOException("no NBD server of the newstyle kind");
        }
        send(ByteBuffer.allocate(Integer.BYTES).putInt(FIXED_NEWSTYLE_NO_ZEROES).flip());
    }

    private void startTls(NbdUri uri) throws IOException {
        option(Option.STARTTLS, ByteBuffer.allocate(0));
        while (!acknowledged("TLS is refused")) {
            continue;
        }
        channel = uri.pskKeys() != null
                ? PskClientChannel.handshake(channel, uri.pskKeys(), uri.user())
                : TlsChannel.handshake(
                        channel, ClientCredentials.engine(uri.certificates(), uri.tlsHostname(), uri.verifyPeer()));
    }

    private void go(String export) throws IOException {
        byte[] name = export.getBytes(StandardCharsets.UTF_8);
        ByteBuffer data = ByteBuffer.allocate(Integer.BYTES + name.length + Short.BYTES);
        option(Option.GO, data.putInt(name.length).put(name).putShort((short) 0).flip());
        while (!acknowledged("export refused: name=" + export)) {
            continue;
        }
    }

    private void option(Option option, ByteBuffer data) throws IOException {
        ByteBuffer message = ByteBuffer.allocate(16 + data.remaining());
        send(message.putLong(Magic.IHAVEOPT).putInt(option.code()).putInt(data.remaining()).put(data).flip());
    }

    /** Takes one reply to an option; whether it was the last. */
    private boolean acknowledged(String failure) throws IOException {
        ByteBuffer reply = receive(20);
        if (reply.getLong() != Magic.OPTION_REPLY) {
            throw new IOException("no option reply");
        }
        reply.getInt();
        int type = reply.getInt();
        int lengthBytes = reply.getInt();
        if (lengthBytes < 0 || lengthBytes > MAX_OPTION_REPLY_BYTES) {
            throw new IOException("option reply too long: lengthBytes=" + lengthBytes);
        }
        ByteBuffer data = receive(lengthBytes);
        if (type == OptionReply.INFO.code()) {
            takeInfo(data);
        } else if (type != OptionReply.ACK.code()) {
            throw new IOException(failure + " reply=0x" + Integer.toHexString(type) + " "
                    + StandardCharsets.UTF_8.decode(data));
        }
        return type == OptionReply.ACK.code();
    }

    private void takeInfo(ByteBuffer data) throws IOException {
        if (data.remaining() < Short.BYTES) {
            throw new IOException("information without a type");
        }
        short type = data.getShort();
        if (type == Info.EXPORT) {
            if (data.remaining() < Long.BYTES + Short.BYTES) {
                throw new IOException("information about the export is too short");
            }
            sizeBytes = data.getLong();
        }
        if (type == Info.BLOCK_SIZE) {
            if (data.remaining() < 3 * Integer.BYTES) {
                throw new IOException("information about block sizes is too short");
            }
            int maximum = data.getInt(data.position() + 2 * Integer.BYTES);
            // More than an int can say is no bound for a buffer.
            maxRequestBytes = maximum < 0 ? Integer.MAX_VALUE : Math.max(maximum, LEAST_MAX_REQUEST_BYTES);
        }
    }

    /** The export's size. */
    public long sizeBytes() {
        return sizeBytes;
    }

    /** Fills what remains of the buffer from the export, by as many requests as the server's largest one asks for. */
    public void read(long offsetBytes, ByteBuffer target) throws IOException {
        long offset = offsetBytes;
        while (target.hasRemaining()) {
            ByteBuffer piece = piece(target);
            int length = piece.remaining();
            request(Command.READ, offset, length);
            reply("read", offset);
            fill(piece);
            target.position(target.position() + length);
            offset += length;
        }
    }

    /** Writes what remains of the buffer to the export, by as many requests as the server's largest one asks for. */
    public void write(long offsetBytes, ByteBuffer source) throws IOException {
        long offset = offsetBytes;
        while (source.hasRemaining()) {
            ByteBuffer piece = piece(source);
            int length = piece.remaining();
            request(Command.WRITE, offset, length);
            send(piece);
            reply("write", offset);
            source.position(source.position() + length);
            offset += length;
        }
    }

    /** As much of the buffer's rest as one request may move. */
    private ByteBuffer piece(ByteBuffer buffer) {
        return buffer.slice(buffer.position(), Math.min(buffer.remaining(), maxRequestBytes));
    }

    /** Makes durable what was written. */
    public void flush() throws IOException {
        request(Command.FLUSH, 0, 0);
        reply("flush", 0);
    }

    private void request(int command, long offsetBytes, int lengthBytes) throws IOException {
        header.clear();
        header.putInt(Magic.REQUEST).putShort((short) 0).putShort((short) command);
        header.putLong(++cookie).putLong(offsetBytes).putInt(lengthBytes);
        send(header.flip());
    }

    private void reply(String verb, long offsetBytes) throws IOException {
        header.clear().limit(16);
        fill(header);
        header.flip();
        int magic = header.getInt();
        int error = header.getInt();
        if (magic != Magic.SIMPLE_REPLY || header.getLong() != cookie) {
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

    /** Says goodbye and closes the connection. */
    @Override
    public void close() throws IOException {
        try {
            request(Command.DISC, 0, 0);
        } finally {
            channel.close();
        }
    }
}
