package dev.ashlar.nbd.transmission;

import dev.ashlar.nbd.protocol.Chunk;
import dev.ashlar.nbd.protocol.Flag;
import dev.ashlar.nbd.protocol.Magic;
import dev.ashlar.nbd.protocol.NbdError;
import dev.ashlar.nbd.transport.Transport;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * Replies that wait to be sent together.
 *
 * <pre>
 *  simple reply:      magic (32) error (32) cookie (64) data
 *  structured chunk:  magic (32) flags (16) type (16) cookie (64) length (32) payload
 *                     payload of OFFSET_DATA: offset (64) data;  of ERROR: error (32) message length (16) message
 * </pre>
 *
 * <p>A READ is answered structured exactly when that was agreed on, errors included. Other commands are answered
 * structured only when there is a message to carry.
 */
final class ReplyBuffer {
    private static final int SIMPLE_BYTES = 16;
    private static final int CHUNK_BYTES = 20;
    private static final int DATA_BYTES = CHUNK_BYTES + 8;
    private static final int ERROR_BYTES = CHUNK_BYTES + 6;

    private final Transport transport;
    private final PooledBuffer memory;
    private final ByteBuffer out;
    private final boolean structured;
    private int used;

    ReplyBuffer(Transport transport, PooledBuffer memory, boolean structured) {
        this.transport = transport;
        this.memory = memory;
        this.out = memory.segment().asByteBuffer();
        this.structured = structured;
    }

    /** Answers a request that carries nothing back. */
    void ok(long cookie) throws IOException {
        simple(cookie, 0);
    }

    /** Answers with an error; {@code message} is UTF-8 and goes out only where replies are structured. */
    void error(long cookie, NbdError error, byte[] message) throws IOException {
        if (!structured) {
            simple(cookie, error.code());
            return;
        }
        int length = ERROR_BYTES + message.length;
        room(length);
        putChunk(out, used, Chunk.ERROR, cookie, length - CHUNK_BYTES);
        out.putInt(used + CHUNK_BYTES, error.code());
        out.putShort(used + CHUNK_BYTES + 4, (short) message.length);
        out.put(used + ERROR_BYTES, message);
        used += length;
    }

    private void simple(long cookie, int error) throws IOException {
        room(SIMPLE_BYTES);
        putSimple(out, used, cookie, error);
        used += SIMPLE_BYTES;
    }

    /** Answers a READ of no bytes, for which there is no content chunk. */
    void emptyRead(long cookie) throws IOException {
        if (structured) {
            room(CHUNK_BYTES);
            putChunk(out, used, Chunk.NONE, cookie, 0);
            used += CHUNK_BYTES;
        } else {
            ok(cookie);
        }
    }

    /**
     * Makes room for a READ of {@code lengthBytes}: the offset in {@link #segment} where its data belong. Nothing has
     * been promised to the client until {@link #commitRead}.
     */
    int beginRead(int lengthBytes) throws IOException {
        int header = readHeaderBytes();
        room(header + lengthBytes);
        return used + header;
    }

    /** Answers a READ whose data have been put where {@link #beginRead} said. */
    void commitRead(long cookie, long offsetBytes, int lengthBytes) {
        putReadHeader(out, used, cookie, offsetBytes, lengthBytes);
        used += readHeaderBytes() + lengthBytes;
    }

    /**
     * Answers a READ whose data are in {@code payload}, and sends what waits before it. Header and data
     * leave together.
     */
    void sendRead(long cookie, long offsetBytes, int lengthBytes, PooledBuffer payload) throws IOException {
        flush();
        putReadHeader(out, 0, cookie, offsetBytes, lengthBytes);
        transport.send(memory.segment(), 0, readHeaderBytes(), payload.segment(), 0, lengthBytes);
    }

    /** The memory that {@link #beginRead} gives offsets in. */
    MemorySegment segment() {
        return memory.segment();
    }

    /** Sends what waits. */
    void flush() throws IOException {
        if (used > 0) {
            int waiting = used;
            used = 0;
            transport.send(memory.segment(), 0, waiting);
        }
    }

    private void room(int bytes) throws IOException {
        if (memory.capacityBytes() - used < bytes) {
            flush();
        }
    }

    private int readHeaderBytes() {
        return structured ? DATA_BYTES : SIMPLE_BYTES;
    }

    private void putReadHeader(ByteBuffer to, int at, long cookie, long offsetBytes, int lengthBytes) {
        if (structured) {
            putChunk(to, at, Chunk.OFFSET_DATA, cookie, DATA_BYTES - CHUNK_BYTES + lengthBytes);
            to.putLong(at + CHUNK_BYTES, offsetBytes);
        } else {
            putSimple(to, at, cookie, 0);
        }
    }

    private static void putSimple(ByteBuffer to, int at, long cookie, int error) {
        to.putInt(at, Magic.SIMPLE_REPLY);
        to.putInt(at + 4, error);
        to.putLong(at + 8, cookie);
    }

    private static void putChunk(ByteBuffer to, int at, int type, long cookie, int payloadBytes) {
        to.putInt(at, Magic.STRUCTURED_REPLY);
        to.putShort(at + 4, (short) Flag.REPLY_DONE);
        to.putShort(at + 6, (short) type);
        to.putLong(at + 8, cookie);
        to.putInt(at + 16, payloadBytes);
    }
}
