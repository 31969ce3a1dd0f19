package dev.ashlar.nbd.transmission;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * Native memory with one view for devices and one for sockets. Offsets count from the start of the payload, which is
 * page-aligned; {@link #HEAD_ROOM_BYTES} before it are there for a header, so that one send of one range has both.
 * (A gathering write of two buffers costs an allocation for each.) Between {@link BufferPool#acquire} and
 * {@link BufferPool#release} it belongs to the connection that acquired it; the segment may be used by any thread.
 */
final class PooledBuffer {
    /** A page, for devices that like their buffers aligned. */
    static final int HEAD_ROOM_BYTES = 4096;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment payload;
    private final ByteBuffer bytes;

    PooledBuffer(int capacityBytes) {
        MemorySegment all;
        try {
            all = arena.allocate(HEAD_ROOM_BYTES + (long) capacityBytes, HEAD_ROOM_BYTES);
        } catch (OutOfMemoryError e) {
            arena.close();
            throw e;
        }
        payload = all.asSlice(HEAD_ROOM_BYTES);
        bytes = all.asByteBuffer();
    }

    int capacityBytes() {
        return bytes.capacity() - HEAD_ROOM_BYTES;
    }

    /** The payload, without the head room. */
    MemorySegment segment() {
        return payload;
    }

    /** The socket's view of {@code [from, to)}, always the same object; {@code from} may reach into the head room. */
    ByteBuffer bytes(int from, int to) {
        return bytes.limit(HEAD_ROOM_BYTES + to).position(HEAD_ROOM_BYTES + from);
    }

    void free() {
        arena.close();
    }
}
