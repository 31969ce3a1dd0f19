package dev.ashlar.nbd.tls;

import dev.ashlar.nbd.transport.Transport;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLException;

/**
 * Finds whole records in what arrives, RFC 8446 section 5.1: type (8), version (16), length (16), content. Used by the
 * receiving thread alone. Memory is that of one record until {@link #expectBulk}.
 */
final class RecordReader {
    static final int HANDSHAKE = 22;
    private static final int HEADER_BYTES = 5;
    private static final int BULK_BYTES = 128 << 10;
    private static final int FIRST_TYPE = 20;
    private static final int LAST_TYPE = 23;
    private static final int VERSION_MAJOR = 3;

    private final Transport lower;
    private final byte[] bytes = new byte[RecordEngine.MAX_RECORD_BYTES];
    private final ByteBuffer record = ByteBuffer.wrap(bytes);
    private MemorySegment received = Arena.ofAuto().allocate(RecordEngine.MAX_RECORD_BYTES);
    private int head;
    private int tail;

    RecordReader(Transport lower) {
        this.lower = lower;
    }

    /** Makes room for many records at a time. */
    void expectBulk() {
        if (received.byteSize() < BULK_BYTES) {
            MemorySegment larger = Arena.ofAuto().allocate(BULK_BYTES);
            MemorySegment.copy(received, head, larger, 0, tail - head);
            received = larger;
            tail -= head;
            head = 0;
        }
    }

    /**
     * Takes the next whole record out of what has been received: false when there is none yet.
     *
     * @throws SSLException if what has been received is no TLS
     */
    boolean next() throws SSLException {
        int available = tail - head;
        if (available > 0) {
            checkType(type());
        }
        if (available < HEADER_BYTES) {
            return false;
        }
        int length = (unsigned(head + 3) << Byte.SIZE | unsigned(head + 4)) + HEADER_BYTES;
        if (unsigned(head + 1) != VERSION_MAJOR || length > RecordEngine.MAX_RECORD_BYTES) {
            throw new SSLException("the peer does not send TLS records");
        }
        if (available < length) {
            return false;
        }
        MemorySegment.copy(received, ValueLayout.JAVA_BYTE, head, bytes, 0, length);
        head += length;
        record.clear().limit(length);
        return true;
    }

    private static void checkType(int type) throws SSLException {
        if (type < FIRST_TYPE || type > LAST_TYPE) {
            throw new SSLException("the peer does not send TLS records");
        }
    }

    private int type() {
        return unsigned(head);
    }

    private int unsigned(int at) {
        return Byte.toUnsignedInt(received.get(ValueLayout.JAVA_BYTE, at));
    }

    /** Waits for the next whole record of a handshake and takes it out. */
    ByteBuffer await() throws IOException {
        while (!next()) {
            if (receive(true) < 0) {
                throw new EOFException("the peer closed in the middle of the TLS handshake");
            }
        }
        return record;
    }

    /** Puts back what {@link #await} has just taken out. */
    void putBack() {
        head -= record.limit();
    }

    /** What {@link #next} has found last, from its header on. May be changed by whoever opens it. */
    ByteBuffer record() {
        return record;
    }

    /** The type in the header of {@link #record}. */
    int recordType() {
        return bytes[0];
    }

    /** Receives more: the number of bytes, 0 if there are none and {@code wait} is false, -1 at the end. */
    int receive(boolean wait) throws IOException {
        if (head == tail) {
            head = 0;
            tail = 0;
        } else if (received.byteSize() - head < RecordEngine.MAX_RECORD_BYTES) {
            // The rest of the record that has begun would not fit.
            MemorySegment.copy(received, head, received, 0, tail - head);
            tail -= head;
            head = 0;
        }
        int room = (int) received.byteSize() - tail;
        int count = wait ? lower.receive(received, tail, room) : lower.receiveNow(received, tail, room);
        tail += Math.max(count, 0);
        return count;
    }
}
