package dev.ashlar.nbd.transmission;

import dev.ashlar.nbd.protocol.Chunk;
import dev.ashlar.nbd.protocol.Flag;
import dev.ashlar.nbd.protocol.Magic;
import dev.ashlar.nbd.protocol.NbdError;
import dev.ashlar.nbd.protocol.ReplyStyle;
import dev.ashlar.nbd.transport.Transport;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * Replies that wait to be sent together.
 *
 * <p>What was negotiated decides about every reply: with structured replies a READ is answered by chunks, errors included, and
 * other commands only when there is a message to carry; with extended headers everything is. Payloads of chunks:
 *
 * <pre>
 *  OFFSET_DATA:  offset (64) data                OFFSET_HOLE: offset (64) length (32)
 *  ERROR:        error (32) message length (16) message        ERROR_OFFSET: the same, then offset (64)
 *  BLOCK_STATUS: context (32) { length (32) flags (32) }...
 *  BLOCK_STATUS_EXT: context (32) count (32) { length (64) flags (64) }...
 * </pre>
 *
 * <p>Used by one thread at a time, see {@link ReplyTurns}.
 */
final class ReplyBuffer {
    /** From here on {@link #segment} is free for others right after a {@link #flush}, until the next one. */
    static final int SPARE_AT = 64 << 10;

    private static final int OFFSET_BYTES = 8;
    private static final int HOLE_BYTES = OFFSET_BYTES + 4;
    private static final int ERROR_BYTES = 6;

    private final Transport transport;
    private final PooledBuffer memory;
    private final ByteBuffer out;
    private final ReplyStyle style;
    private int used;
    private int statusAt;
    private int statusExtents;

    ReplyBuffer(Transport transport, PooledBuffer memory, ReplyStyle style) {
        this.transport = transport;
        this.memory = memory;
        this.out = memory.segment().asByteBuffer();
        this.style = style;
    }

    ReplyStyle style() {
        return style;
    }

    /** Answers a request that carries nothing back. */
    void ok(long cookie, long requestOffset) throws IOException {
        if (style == ReplyStyle.EXTENDED) {
            none(cookie, requestOffset);
        } else {
            simple(cookie, 0);
        }
    }

    /** Answers with an error; {@code message} is UTF-8 and goes out only where replies can carry one. */
    void error(long cookie, long requestOffset, NbdError error, byte[] message) throws IOException {
        if (!style.chunks()) {
            simple(cookie, error.code());
            return;
        }
        int length = ERROR_BYTES + message.length;
        room(style.headerBytes() + length);
        putHeader(Chunk.ERROR, cookie, requestOffset, length, true);
        putError(error, message);
    }

    /** A chunk that says: from {@code failedAt} on, as far as nothing else is told, the range is lost. */
    void errorAt(long cookie, long requestOffset, long failedAt, NbdError error, byte[] message, boolean done)
            throws IOException {
        int length = ERROR_BYTES + message.length + OFFSET_BYTES;
        room(style.headerBytes() + length);
        putHeader(Chunk.ERROR_OFFSET, cookie, requestOffset, length, done);
        putError(error, message);
        out.putLong(used, failedAt);
        used += OFFSET_BYTES;
    }

    private void putError(NbdError error, byte[] message) {
        out.putInt(used, error.code());
        out.putShort(used + 4, (short) message.length);
        out.put(used + ERROR_BYTES, message);
        used += ERROR_BYTES + message.length;
    }

    private void simple(long cookie, int error) throws IOException {
        room(ReplyStyle.SIMPLE.headerBytes());
        putSimple(cookie, error);
    }

    /** Ends a reply in chunks, or is all of it. */
    void none(long cookie, long requestOffset) throws IOException {
        room(style.headerBytes());
        putHeader(Chunk.NONE, cookie, requestOffset, 0, true);
    }

    /** A chunk that stands for {@code lengthBytes} zeroes at {@code offsetBytes}. */
    void hole(long cookie, long requestOffset, long offsetBytes, int lengthBytes, boolean done) throws IOException {
        room(style.headerBytes() + HOLE_BYTES);
        putHeader(Chunk.OFFSET_HOLE, cookie, requestOffset, HOLE_BYTES, done);
        out.putLong(used, offsetBytes);
        out.putInt(used + OFFSET_BYTES, lengthBytes);
        used += HOLE_BYTES;
    }

    /**
     * Makes room for {@code lengthBytes} of data with their header: the offset in {@link #segment} where the data belong.
     * Nothing has been promised to the client until {@link #commitRead}.
     */
    int beginRead(int lengthBytes) throws IOException {
        int header = readHeaderBytes();
        room(header + lengthBytes);
        return used + header;
    }

    /** Answers with the data that have been put where {@link #beginRead} said. */
    void commitRead(long cookie, long requestOffset, long offsetBytes, int lengthBytes, boolean done) {
        putReadHeader(cookie, requestOffset, offsetBytes, lengthBytes, done);
        used += lengthBytes;
    }

    /** Answers with data from elsewhere, and sends what waits before them; header and data leave together. */
    void sendRead(
            long cookie,
            long requestOffset,
            long offsetBytes,
            int lengthBytes,
            boolean done,
            MemorySegment data,
            long dataOffset)
            throws IOException {
        room(readHeaderBytes());
        putReadHeader(cookie, requestOffset, offsetBytes, lengthBytes, done);
        int waiting = used;
        used = 0;
        transport.send(memory.segment(), 0, waiting, data, dataOffset, lengthBytes);
    }

    /** The memory that {@link #beginRead} gives offsets in. */
    MemorySegment segment() {
        return memory.segment();
    }

    /** How much of {@link #segment} there is behind {@link #SPARE_AT}. */
    int spareBytes() {
        return memory.capacityBytes() - SPARE_AT;
    }

    /** Begins the chunk of a metadata context; its extents follow, then {@link #endStatus}. */
    void beginStatus(int context) throws IOException {
        // A fresh buffer holds more extents than any client should be told at once.
        flush();
        statusAt = style.headerBytes();
        statusExtents = 0;
        out.putInt(statusAt, context);
        used = statusAt + (style == ReplyStyle.EXTENDED ? 8 : 4);
    }

    /** Adds an extent: false when there is no room for it. Lengths must fit 32 bits where replies are not extended. */
    boolean addExtent(long lengthBytes, long flags) {
        int bytes = style == ReplyStyle.EXTENDED ? 16 : 8;
        if (memory.capacityBytes() - used < bytes) {
            return false;
        }
        if (style == ReplyStyle.EXTENDED) {
            out.putLong(used, lengthBytes);
            out.putLong(used + 8, flags);
        } else {
            out.putInt(used, (int) lengthBytes);
            out.putInt(used + 4, (int) flags);
        }
        used += bytes;
        statusExtents++;
        return true;
    }

    /** Ends the chunk of a metadata context. */
    void endStatus(long cookie, long requestOffset, boolean done) {
        int end = used;
        used = 0;
        if (style == ReplyStyle.EXTENDED) {
            out.putInt(statusAt + 4, statusExtents);
            putHeader(Chunk.BLOCK_STATUS_EXT, cookie, requestOffset, end - statusAt, done);
        } else {
            putHeader(Chunk.BLOCK_STATUS, cookie, requestOffset, end - statusAt, done);
        }
        used = end;
    }

    /** Forgets the chunk that {@link #beginStatus} began. */
    void abandonStatus() {
        used = 0;
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
        return style.chunks() ? style.headerBytes() + OFFSET_BYTES : style.headerBytes();
    }

    private void putReadHeader(long cookie, long requestOffset, long offsetBytes, int lengthBytes, boolean done) {
        if (!style.chunks()) {
            putSimple(cookie, 0);
            return;
        }
        putHeader(Chunk.OFFSET_DATA, cookie, requestOffset, OFFSET_BYTES + lengthBytes, done);
        out.putLong(used, offsetBytes);
        used += OFFSET_BYTES;
    }

    private void putSimple(long cookie, int error) {
        out.putInt(used, Magic.SIMPLE_REPLY);
        out.putInt(used + 4, error);
        out.putLong(used + 8, cookie);
        used += ReplyStyle.SIMPLE.headerBytes();
    }

    private void putHeader(int type, long cookie, long requestOffset, int payloadBytes, boolean done) {
        boolean extended = style == ReplyStyle.EXTENDED;
        out.putInt(used, extended ? Magic.EXTENDED_REPLY : Magic.STRUCTURED_REPLY);
        out.putShort(used + 4, (short) (done ? Flag.REPLY_DONE : 0));
        out.putShort(used + 6, (short) type);
        out.putLong(used + 8, cookie);
        if (extended) {
            out.putLong(used + 16, requestOffset);
            out.putLong(used + 24, payloadBytes);
        } else {
            out.putInt(used + 16, payloadBytes);
        }
        used += style.headerBytes();
    }
}
