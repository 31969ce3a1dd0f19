package dev.ashlar.block;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Native buffers through which heap buffers pass on their way to and from the kernel. Any thread; never waits; beyond
 * the pool's few places, tiles are made and left to the garbage collector.
 */
final class TilePool {
    static final long TILE_BYTES = 256 << 10;

    private static final int PLACES = Math.max(4, 2 * Runtime.getRuntime().availableProcessors());
    private static final AtomicReferenceArray<MemorySegment> FREE = new AtomicReferenceArray<>(PLACES);

    private TilePool() {}

    /** A tile of {@link #TILE_BYTES} bytes with any content, the caller's until {@link #give}. */
    static MemorySegment take() {
        for (int i = 0; i < PLACES; i++) {
            MemorySegment tile = FREE.get(i);
            if (tile != null && FREE.compareAndSet(i, tile, null)) {
                return tile;
            }
        }
        return Arena.ofAuto().allocate(TILE_BYTES, 4096);
    }

    static void give(MemorySegment tile) {
        for (int i = 0; i < PLACES; i++) {
            if (FREE.get(i) == null && FREE.compareAndSet(i, null, tile)) {
                return;
            }
        }
    }
}
