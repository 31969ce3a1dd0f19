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
    private final ByteBuffer[] gather = new ByteBuffer[2];
    private int used;

    ReplyBuffer(Transport transport, PooledBuffer memory, boolean structured) {
        this.transport = transport;
        this.memory = memory;
        this.out = memory.bytes();
        this.structured = structured;
    }

    /** Answers a request that carries nothing back. */
    void ok(long cookie) throws IOException {
        room(SIMPLE_BYTES);
        putSimple(cookie, 0);
    }

    /** Answers with an error; {@code message} is UTF-8 and goes out only where replies are structured. */
    void error(long cookie, NbdError error, byte[] message) throws IOException {
        if (!structured) {
            room(SIMPLE_BYTES);
            putSimple(cookie, error.code());
            return;
        }
        room(ERROR_BYTES + message.length);
        putChunk(Chunk.ERROR, cookie, ERROR_BYTES - CHUNK_BYTES + message.length);
        out.putInt(used, error.code());
        out.putShort(used + 4, (short) message.length);
        out.put(used + 6, message);
        used += 6 + message.length;
    }

    /** Answers a READ of no bytes, for which there is no content chunk. */
    void emptyRead(long cookie) throws IOException {
        if (structured) {
            room(CHUNK_BYTES);
            putChunk(Chunk.NONE, cookie, 0);
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
        putReadHeader(cookie, offsetBytes, lengthBytes);
        used += lengthBytes;
    }

    /** Answers a READ whose data are in {@code payload}, and sends all that waits with it. */
    void sendRead(long cookie, long offsetBytes, int lengthBytes, PooledBuffer payload) throws IOException {
        room(readHeaderBytes());
        putReadHeader(cookie, offsetBytes, lengthBytes);
        gather[0] = memory.bytes(0, used);
        gather[1] = payload.bytes(0, lengthBytes);
        used = 0;
        transport.send(gather);
        memory.bytes().clear();
    }

    /** The memory that {@link #beginRead} gives offsets in. */
    MemorySegment segment() {
        return memory.segment();
    }

    boolean isEmpty() {
        return used == 0;
    }

    /** Sends what waits. */
    void flush() throws IOException {
        if (used > 0) {
            ByteBuffer waiting = memory.bytes(0, used);
            used = 0;
            transport.send(waiting);
            waiting.clear();
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

    private void putReadHeader(long cookie, long offsetBytes, int lengthBytes) {
        if (structured) {
            putChunk(Chunk.OFFSET_DATA, cookie, DATA_BYTES - CHUNK_BYTES + lengthBytes);
            out.putLong(used, offsetBytes);
            used += 8;
        } else {
            putSimple(cookie, 0);
        }
    }

    private void putSimple(long cookie, int error) {
        out.putInt(used, Magic.SIMPLE_REPLY);
        out.putInt(used + 4, error);
        out.putLong(used + 8, cookie);
        used += SIMPLE_BYTES;
    }

    private void putChunk(int type, long cookie, int payloadBytes) {
        out.putInt(used, Magic.STRUCTURED_REPLY);
        out.putShort(used + 4, (short) Flag.REPLY_DONE);
        out.putShort(used + 6, (short) type);
        out.putLong(used + 8, cookie);
        out.putInt(used + 16, payloadBytes);
        used += CHUNK_BYTES;
    }
}
