package dev.ashlar.nbd.transmission;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * Native memory with one view for devices and one for sockets. Between {@link BufferPool#acquire} and
 * {@link BufferPool#release} it belongs to the connection that acquired it; the segment may be used by any thread.
 */
final class PooledBuffer {
    /** Cache line. */
    private static final int ALIGNMENT_BYTES = 64;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment segment;
    private final ByteBuffer bytes;

    PooledBuffer(int capacityBytes) {
        try {
            segment = arena.allocate(capacityBytes, ALIGNMENT_BYTES);
        } catch (OutOfMemoryError e) {
            arena.close();
            throw e;
        }
        bytes = segment.asByteBuffer();
    }

    int capacityBytes() {
        return bytes.capacity();
    }

    MemorySegment segment() {
        return segment;
    }

    /** The socket's view of the range, always the same object. */
    ByteBuffer bytes(int from, int to) {
        return bytes.limit(to).position(from);
    }

    /** The socket's view, for reading and writing at absolute positions. Big-endian. */
    ByteBuffer bytes() {
        return bytes;
    }

    void free() {
        arena.close();
    }
}
