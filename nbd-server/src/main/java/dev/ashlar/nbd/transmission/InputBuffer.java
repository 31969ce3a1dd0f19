package dev.ashlar.nbd.transmission;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * Bytes that have been received and not yet been used, {@code [head, tail)} of one buffer. It starts again at 0 when
 * it runs empty, and moves what is left only when the free tail cannot hold the rest of a request.
 */
final class InputBuffer {
    /** Below this, a receive could take too little at a time. */
    private static final int LEAST_TAIL_BYTES = 32 << 10;

    private final PooledBuffer memory;
    private final ByteBuffer all;
    private final int capacity;
    private int head;
    private int tail;

    InputBuffer(PooledBuffer memory) {
        this.memory = memory;
        this.capacity = memory.capacityBytes();
        this.all = memory.segment().asByteBuffer();
    }

    int available() {
        return tail - head;
    }

    int capacityBytes() {
        return capacity;
    }

    /** Where the unused bytes begin. */
    int head() {
        return head;
    }

    /** The whole buffer, for reading at absolute positions. Big-endian. */
    ByteBuffer bytes() {
        return all;
    }

    MemorySegment segment() {
        return memory.segment();
    }

    /** Forgets the next {@code count} bytes. */
    void consume(int count) {
        head += count;
    }

    /** Where what arrives next belongs. */
    int tail() {
        return tail;
    }

    /** Makes room for what arrives next, so that {@code wanted} bytes in all fit from head on: how much fits in all. */
    int room(int wanted) {
        if (head == tail) {
            head = 0;
            tail = 0;
        } else if (head > 0 && (capacity - head < wanted || capacity - tail < LEAST_TAIL_BYTES)) {
            int length = tail - head;
            MemorySegment.copy(segment(), head, segment(), 0, length);
            head = 0;
            tail = length;
        }
        return capacity - tail;
    }

    /** Takes note of what the last {@link #room} was filled with. */
    void received(int count) {
        tail += Math.max(count, 0);
    }

    /** Moves up to {@code length} bytes to {@code target} from {@code targetOffset} on: how many there were. */
    int moveTo(MemorySegment target, int targetOffset, int length) {
        int count = Math.min(length, available());
        MemorySegment.copy(segment(), head, target, targetOffset, count);
        head += count;
        return count;
    }
}
