package dev.ashlar.nbd.transmission;

import dev.ashlar.nbd.protocol.Flag;

/**
 * Writes that have been received whole, in the order of their arrival, and where their payloads lie in a ring of memory.
 *
 * <p>A slot goes through three hands: the connection's thread publishes it, the stage's thread executes it, whoever has the
 * reply turn answers it. Each counter is written by one of them only and read by all; a slot's fields are written before the
 * counter that hands it on. Invariant: {@code answered <= executed <= published <= answered + SLOTS}, and the payload of a slot
 * that is not executed is not overwritten.
 */
final class WriteSlots implements Fence.Queue {
    static final int SLOTS = 256;

    private final int ringBytes;
    private final long[] cookies = new long[SLOTS];
    private final long[] requestOffsets = new long[SLOTS];
    /** The length of the whole request where a slot holds its last part, else 0. */
    private final int[] requestLengths = new int[SLOTS];
    private final long[] offsets = new long[SLOTS];
    private final int[] lengths = new int[SLOTS];
    private final int[] flags = new int[SLOTS];
    private final int[] positions = new int[SLOTS];
    private final long[] begun = new long[SLOTS];
    private final Throwable[] failures = new Throwable[SLOTS];
    private volatile long published;
    private volatile long executed;
    private volatile long answered;
    private int head;

    /** @param ringBytes the memory for payloads */
    WriteSlots(int ringBytes) {
        this.ringBytes = ringBytes;
    }

    /**
     * Where a payload of this length can be put now, contiguously; -1 when something must be executed first. Behind the payload
     * before it where that is possible, so that writes which follow each other on the volume can be executed as one.
     */
    int place(int lengthBytes) {
        long last = published;
        if (last - answered == SLOTS) {
            return -1;
        }
        long first = executed;
        if (first == last) {
            head = 0;
            return lengthBytes <= ringBytes ? 0 : -1;
        }
        int tail = positions[slot(first)];
        if (head > tail) {
            if (ringBytes - head >= lengthBytes) {
                return head;
            }
            // Never quite up to the tail: an equal head and tail mean a full ring.
            return tail >= lengthBytes + 1 ? 0 : -1;
        }
        return tail - head >= lengthBytes + 1 ? head : -1;
    }

    /**
     * Hands on a part of a write, whose payload is at {@code position}, as {@link #place} said. A request is answered behind its
     * last part.
     *
     * @param skippedBytes what other parts hold of the request before this one
     */
    void publish(Request request, int skippedBytes, int lengthBytes, int position, long nowNanos) {
        long next = published;
        int slot = slot(next);
        cookies[slot] = request.cookie();
        requestOffsets[slot] = request.offsetBytes();
        boolean last = skippedBytes + lengthBytes == request.lengthBytes();
        requestLengths[slot] = last ? (int) request.lengthBytes() : 0;
        offsets[slot] = request.offsetBytes() + skippedBytes;
        lengths[slot] = lengthBytes;
        flags[slot] = request.flags();
        positions[slot] = position;
        begun[slot] = nowNanos;
        failures[slot] = null;
        head = position + lengthBytes;
        published = next + 1;
    }

    /** Says that everything before {@code next} has been executed. */
    void executedTo(long next) {
        executed = next;
    }

    /** Says that everything before {@code next} has been answered. */
    void answeredTo(long next) {
        answered = next;
    }

    /** Remembers why a write failed. Before it is said to be executed. */
    void fail(long number, Throwable failure) {
        failures[slot(number)] = failure;
    }

    @Override
    public long handedOn() {
        return published;
    }

    @Override
    public long ended() {
        return executed;
    }

    long published() {
        return published;
    }

    long executed() {
        return executed;
    }

    long answered() {
        return answered;
    }

    long cookie(long number) {
        return cookies[slot(number)];
    }

    /** The offset of the request that this is a part of. */
    long requestOffset(long number) {
        return requestOffsets[slot(number)];
    }

    /** The length of the request that this is the last part of; 0 if more parts follow. */
    int requestLength(long number) {
        return requestLengths[slot(number)];
    }

    long offsetBytes(long number) {
        return offsets[slot(number)];
    }

    int lengthBytes(long number) {
        return lengths[slot(number)];
    }

    long endBytes(long number) {
        return offsets[slot(number)] + lengths[slot(number)];
    }

    boolean fua(long number) {
        return (flags[slot(number)] & Flag.CMD_FUA) != 0;
    }

    int position(long number) {
        return positions[slot(number)];
    }

    long begunNanos(long number) {
        return begun[slot(number)];
    }

    /** Why the write failed, null if it did not. */
    Throwable failure(long number) {
        return failures[slot(number)];
    }

    /** Whether a write goes on, on the volume and in memory, where the one before it ends. */
    boolean continues(long number) {
        long before = number - 1;
        return offsetBytes(number) == endBytes(before)
                && position(number) == position(before) + lengthBytes(before)
                && !fua(number)
                && !fua(before);
    }

    private static int slot(long number) {
        return (int) number & SLOTS - 1;
    }
}
