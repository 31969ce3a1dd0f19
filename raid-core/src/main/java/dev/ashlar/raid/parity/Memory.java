package dev.ashlar.raid.parity;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * All of memory as one segment, so that kernels work on plain addresses.
 *
 * <p>One constant segment keeps the compiled loops independent of what kinds of segments other code has passed around;
 * an object per block halves the speed and more. The price is that nothing is checked here: an address outside
 * anonymous memory ends the JVM.
 */
final class Memory {
    @SuppressWarnings("restricted")
    static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    /** All bits that an address of ours may have; the others say which address space it is of. */
    static final long ADDRESS_BITS = (1L << 56) - 1;

    /** The longest stretch a kernel works on before it goes to the next group of blocks, in bytes. */
    static final int MAX_TILE = 16 << 10;

    /** {@link #MAX_TILE} zeroes, read in place of blocks that are not there. */
    static final long ZEROES = Arena.global().allocate(MAX_TILE, 4096).address();

    private Memory() {}
}
