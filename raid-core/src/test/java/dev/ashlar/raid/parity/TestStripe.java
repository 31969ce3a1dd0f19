package dev.ashlar.raid.parity;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;

/**
 * A stripe in native memory: blocks, P, Q and one block more, all random at first, with random bytes around them that
 * nothing may change; every other seed has them at odd addresses, the rest at multiples of 64. Two stripes made with the
 * same arguments are equal.
 */
final class TestStripe implements AutoCloseable {
    private static final int GUARD_BYTES = 80;

    final long[] blocks;
    final long p;
    final long q;
    final long other;
    final int count;
    final int lengthBytes;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment memory;

    /**
     * @param gaps bit {@code e} set where block {@code e} does not exist
     * @param seed of content and alignment
     */
    TestStripe(int count, long gaps, int lengthBytes, long seed) {
        Random random = new Random(seed);
        this.count = count;
        this.lengthBytes = lengthBytes;
        int places = count + 3;
        int stride = lengthBytes + 2 * GUARD_BYTES + 63 & -64;
        memory = arena.allocate((long) places * stride, 64);
        for (long at = 0; at < memory.byteSize(); at++) {
            memory.set(ValueLayout.JAVA_BYTE, at, (byte) random.nextInt());
        }
        long[] addresses = new long[places];
        for (int place = 0; place < places; place++) {
            addresses[place] = memory.address() + (long) place * stride + (seed % 2 == 0 ? 64 : random.nextInt(64));
        }
        blocks = new long[count];
        for (int e = 0; e < count; e++) {
            blocks[e] = (gaps & 1L << e) != 0 ? 0 : addresses[e];
        }
        p = addresses[count];
        q = addresses[count + 1];
        other = addresses[count + 2];
    }

    /** Everything, guards included. */
    byte[] content() {
        return memory.toArray(ValueLayout.JAVA_BYTE);
    }

    /** Where a block begins in {@link #content()}. */
    int offsetOf(long address) {
        return (int) (address - memory.address());
    }

    /** Content of one block. */
    byte[] content(long address) {
        return segment(address).toArray(ValueLayout.JAVA_BYTE);
    }

    /** Overwrites one block with something else. */
    void spoil(long address) {
        segment(address).fill((byte) 0x5a);
    }

    void set(long address, int... bytes) {
        for (int at = 0; at < bytes.length; at++) {
            segment(address).set(ValueLayout.JAVA_BYTE, at, (byte) bytes[at]);
        }
    }

    void flip(long address, int at) {
        MemorySegment block = segment(address);
        block.set(ValueLayout.JAVA_BYTE, at, (byte) (block.get(ValueLayout.JAVA_BYTE, at) ^ 0x80));
    }

    private MemorySegment segment(long address) {
        return memory.asSlice(address - memory.address(), lengthBytes);
    }

    @Override
    public void close() {
        arena.close();
    }
}
