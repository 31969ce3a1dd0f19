package dev.ashlar.raid.parity;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Room for intermediate sums, one per thread that computes parity. Made at the first use by a thread, 20 KiB, and freed
 * with the thread; so no call allocates. Contents mean nothing between calls.
 */
final class Scratch {
    /** Bytes of each of the areas. */
    static final int TILE_BYTES = 4 << 10;
    /** {@link #TILE_BYTES} in longs. */
    static final int TILE_LONGS = TILE_BYTES / Long.BYTES;

    private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

    /** Three tiles on the heap, one behind the other. */
    final long[] longs = new long[3 * TILE_LONGS];
    /** The same as a segment. */
    final MemorySegment heap = MemorySegment.ofArray(longs);
    /** For the addresses of what a sum is made of. */
    final long[] sources = new long[Parity.MAX_BLOCKS + 2];
    /** Address of a native tile. */
    final long plain;
    /** Address of another. */
    final long weighted;
    private final MemorySegment memory = Arena.ofAuto().allocate(2 * TILE_BYTES, 4096);

    private Scratch() {
        plain = memory.address();
        weighted = plain + TILE_BYTES;
    }

    /** The calling thread's. */
    static Scratch get() {
        return OF_THREAD.get();
    }
}
