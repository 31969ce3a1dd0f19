package dev.ashlar.raid.parity;

import dev.ashlar.block.DeviceException;
import dev.ashlar.block.MappedMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * What one call of {@link SegmentParity} works on: segments in places, and for each place a native tile through which
 * passes what kernels must not see. A place whose segment is anonymous native memory is direct: kernels get its own
 * address, but for a tail that is shorter than a vector.
 *
 * <p>Invariant: no address of a mapped file, of the heap, or of memory whose arena is closed is ever given out.
 *
 * <p>Pooled, 150 KiB each. Any thread may {@link #take} one and never waits; beyond the pool's few places they are made
 * and left to the garbage collector. So calls allocate nothing as long as no more threads than places compute.
 */
final class StagedCall {
    /** The place of P; blocks have those of their exponents. */
    static final int P = Parity.MAX_BLOCKS;
    static final int Q = P + 1;

    private static final int PLACES = Q + 1;
    private static final int TILE_BYTES = 4 << 10;
    /** Tiles begin a little more than a page apart, or all would compete for the same lines of a cache. */
    private static final int STRIDE_BYTES = TILE_BYTES + 128;
    /** Lengths for kernels are multiples of this, the longest vector. */
    private static final int LANES = 64;

    private static final int POOLED = Math.max(8, 4 * Runtime.getRuntime().availableProcessors());
    private static final AtomicReferenceArray<StagedCall> FREE = new AtomicReferenceArray<>(POOLED);

    /** For the part at hand, where the bytes of each place are; 0 for an empty place. */
    final long[] addresses = new long[PLACES];

    private final MemorySegment tiles = Arena.ofAuto().allocate((long) PLACES * STRIDE_BYTES, 4096);
    private final MemorySegment[] segments = new MemorySegment[PLACES];
    private final String[] names = new String[PLACES];
    private final boolean[] direct = new boolean[PLACES];
    private final boolean[] reads = new boolean[PLACES];
    private final boolean[] writes = new boolean[PLACES];
    private int lengthBytes;
    private boolean allDirect;

    private StagedCall() {}

    /** One with nothing in its places, the caller's until {@link #give}. */
    static StagedCall take(int lengthBytes) {
        if (lengthBytes < 0 || lengthBytes > Parity.MAX_LENGTH_BYTES) {
            throw new IllegalArgumentException(
                    "lengthBytes=" + lengthBytes + " is not from 0 to " + Parity.MAX_LENGTH_BYTES);
        }
        StagedCall call = pooled();
        call.lengthBytes = lengthBytes;
        call.allDirect = true;
        return call;
    }

    private static StagedCall pooled() {
        for (int i = 0; i < POOLED; i++) {
            StagedCall call = FREE.get(i);
            if (call != null && FREE.compareAndSet(i, call, null)) {
                return call;
            }
        }
        return new StagedCall();
    }

    /** Back to the pool; holds on to nobody's memory. */
    void give() {
        Arrays.fill(segments, null);
        Arrays.fill(addresses, 0);
        for (int i = 0; i < POOLED; i++) {
            if (FREE.get(i) == null && FREE.compareAndSet(i, null, this)) {
                return;
            }
        }
    }

    /**
     * Puts a segment in a place.
     *
     * @param name the caller's word for it, null for a block
     * @param segment null leaves the place empty
     * @param read whether kernels read it
     * @param write whether they write it
     */
    void put(int place, String name, MemorySegment segment, boolean read, boolean write) {
        if (segment == null) {
            return;
        }
        names[place] = name;
        if (segment.byteSize() < lengthBytes) {
            throw new IndexOutOfBoundsException("lengthBytes=" + lengthBytes + " is not inside " + name(place)
                    + ".byteSize=" + segment.byteSize());
        }
        if (write && segment.isReadOnly()) {
            throw new IllegalArgumentException(name(place) + " is a read-only segment");
        }
        if (!segment.scope().isAlive()) {
            throw new IllegalStateException("the arena of " + name(place) + " is closed");
        }
        if (!segment.isAccessibleBy(Thread.currentThread())) {
            throw new WrongThreadException(name(place) + " belongs to another thread");
        }
        segments[place] = segment;
        direct[place] = segment.isNative() && !segment.isMapped();
        reads[place] = read;
        writes[place] = write;
        allDirect &= direct[place];
    }

    /** How long the part is that begins at {@code at}: as long as may be without tiles, else a tile. */
    int partBytes(int at) {
        int left = lengthBytes - at;
        return allDirect && left >= LANES ? left & -LANES : Math.min(TILE_BYTES, left);
    }

    /** The length that kernels are called with for a part; beyond the part they read zeroes and write for nobody. */
    static int wholeBytes(int partBytes) {
        return partBytes + LANES - 1 & -LANES;
    }

    /** Sets {@link #addresses} for a part, and copies into tiles what is read there. */
    void load(int at, int partBytes) throws DeviceException {
        boolean tail = partBytes % LANES != 0;
        for (int place = 0; place < PLACES; place++) {
            if (segments[place] == null) {
                continue;
            }
            boolean staged = tail || !direct[place];
            addresses[place] = staged ? tiles.address() + offset(place) : segments[place].address() + at;
            if (staged && reads[place] && !MappedMemory.copy(segments[place], at, tiles, offset(place), partBytes)) {
                throw fault(place, "read", at, partBytes);
            }
            for (int i = partBytes; tail && reads[place] && i < wholeBytes(partBytes); i++) {
                tiles.set(ValueLayout.JAVA_BYTE, offset(place) + i, (byte) 0);
            }
        }
    }

    /** Copies out of the tiles what was written there. */
    void store(int at, int partBytes) throws DeviceException {
        boolean tail = partBytes % LANES != 0;
        for (int place = 0; place < PLACES; place++) {
            if (segments[place] != null && writes[place] && (tail || !direct[place])
                    && !MappedMemory.copy(tiles, offset(place), segments[place], at, partBytes)) {
                throw fault(place, "write", at, partBytes);
            }
        }
    }

    private static long offset(int place) {
        return (long) place * STRIDE_BYTES;
    }

    private String name(int place) {
        return names[place] != null ? names[place] : "block " + place;
    }

    private DeviceException fault(int place, String operation, int at, int partBytes) {
        return new DeviceException(name(place), operation, at, partBytes, "a page of its mapping cannot be had");
    }
}
