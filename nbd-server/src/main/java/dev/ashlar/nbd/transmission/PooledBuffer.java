package dev.ashlar.nbd.transmission;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Native memory, page-aligned. Between {@link BufferPool#acquire} and {@link BufferPool#release} it belongs to the connection
 * that acquired it; the segment may be used by any thread.
 */
final class PooledBuffer {
    /** A page, for devices that like their buffers aligned. */
    private static final int ALIGNMENT_BYTES = 4096;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment segment;
    private String client;

    PooledBuffer(int capacityBytes) {
        try {
            segment = arena.allocate(capacityBytes, ALIGNMENT_BYTES);
        } catch (OutOfMemoryError e) {
            arena.close();
            throw e;
        }
    }

    int capacityBytes() {
        return (int) segment.byteSize();
    }

    MemorySegment segment() {
        return segment;
    }

    /** Whose share it is taken from; the pool's own, which writes it under its lock. */
    String client() {
        return client;
    }

    void client(String of) {
        client = of;
    }

    void free() {
        arena.close();
    }
}
