package dev.ashlar.nbd.tls;

import dev.ashlar.nbd.transport.Transport;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;

/**
 * Gathers records and sends them together. Used by one thread at a time. Memory is that of one record until
 * {@link #expectBulk}.
 */
final class RecordWriter {
    private static final int BULK_BYTES = 144 << 10;

    private final Transport lower;
    private final byte[] bytes = new byte[RecordEngine.BUFFER_BYTES];
    private final ByteBuffer record = ByteBuffer.wrap(bytes);
    private MemorySegment gathered = Arena.ofAuto().allocate(RecordEngine.BUFFER_BYTES);
    private int used;

    RecordWriter(Transport lower) {
        this.lower = lower;
    }

    /** Makes room for many records at a time. */
    void expectBulk() {
        if (gathered.byteSize() < BULK_BYTES && used == 0) {
            gathered = Arena.ofAuto().allocate(BULK_BYTES);
        }
    }

    /** Seals one record and sends what is gathered when no other would fit: whether there was anything to seal. */
    boolean seal(RecordEngine engine, ByteBuffer plain) throws IOException {
        engine.seal(plain, record.clear());
        int length = record.position();
        if (gathered.byteSize() - used < length) {
            flush();
        }
        MemorySegment.copy(bytes, 0, gathered, ValueLayout.JAVA_BYTE, used, length);
        used += length;
        return length > 0;
    }

    /** Sends what is gathered. */
    void flush() throws IOException {
        if (used > 0) {
            int waiting = used;
            used = 0;
            lower.send(gathered, 0, waiting);
        }
    }
}
