package dev.ashlar.raid.bitmap;

import static dev.ashlar.raid.bitmap.BitStates.DURABLE;
import static dev.ashlar.raid.bitmap.BitStates.KEPT;
import static dev.ashlar.raid.bitmap.BitStates.NEEDED;
import static dev.ashlar.raid.bitmap.BitStates.RECENT;
import static dev.ashlar.raid.bitmap.BitStates.SET;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The write-intent bitmap of a running array: which chunks may differ between members after a crash, and which an
 * absent member may lack. Always true:
 *
 * <ol>
 *   <li>Between the return of {@link #startWrite} and its {@link #endWrite}, every bit of the range is a one on every
 *       live member.
 *   <li>A bit becomes a zero on any member only after all data written to its chunk is durable on the members, when no
 *       write is under way there, the chunk is in sync, and no absent member lacks it.
 *   <li>A bit that is a one in memory's image stays a one on the members, except through {@link #sweep} and
 *       {@link #clearAllIdle}.
 *   <li>events_cleared is durable before the first bit that is cleared under it; header events that would make a bitmap
 *       trusted are written only when all its pages are on the members.
 * </ol>
 *
 * Why a sweep cannot clear a bit under a write: {@code startWrite} first counts itself into the bit's word, one atomic
 * step that also says whether the bit was durable. The sweep takes a bit back by one compare-and-set of the same word,
 * which demands a count of zero and lowers SET and DURABLE together. So either the count came first, and the sweep
 * leaves the bit; or the sweep came first, and the write sees the bit not durable and asks for it to be written, which
 * waits for the disk lock that the sweep holds until its zeroes are out. A write that came and went between the sweep's
 * flush of the data and its compare-and-set has left RECENT behind, which only the next sweep lowers: the bit stays
 * too.
 *
 * <p>A write on bits that are durable costs one atomic addition for each and takes no lock. Others queue; whoever gets
 * the disk lock writes the pages for all that wait. Threads may call everything at any time; sweeps exclude each other.
 *
 * <p>Ranges are in bytes of what the bitmap covers: the component (from a member's data offset), or the array for
 * RAID10. A range outside it is an {@link IllegalArgumentException}, an empty one means nothing.
 */
public final class WriteIntentBitmap {
    /** Where the bitmap's bytes go. */
    public interface Store {
        /**
         * Writes to the bitmap area of every live member that has a role, and returns only when the bytes are durable
         * there. A member that cannot be written is to be failed by the store; it throws when none is left to hold the
         * bitmap. Called by one thread at a time, with page-aligned ranges of memory that is the bitmap's.
         *
         * @param bitmapOffsetBytes from the bitmap's header
         */
        void write(long bitmapOffsetBytes, MemorySegment source, long sourceOffset, long lengthBytes)
                throws IOException;
    }

    /** Makes all data written so far durable on every live member. */
    @FunctionalInterface
    public interface Flusher {
        /** Throws if the data of some member may not be durable; that member counts as failed from then on. */
        void flush() throws IOException;
    }

    private final int chunkShift;
    private final long sizeBytes;
    private final BitStates states;
    private final BitmapOnDisk disk;

    /** Taken before the disk lock; guards what one sweep leaves to the next. */
    private final ReentrantLock sweeping = new ReentrantLock();
    private final AtomicBoolean memberLost = new AtomicBoolean();
    /** At first true, so that a sweep of an array that starts degraded keeps the bits it was loaded with. */
    private boolean wholeAtLastSweep = true;

    private WriteIntentBitmap(BitmapHeader header, Store store) {
        chunkShift = Long.numberOfTrailingZeros(header.chunkBytes());
        sizeBytes = header.syncSizeSectors() << 9;
        states = new BitStates(header.bits());
        disk = new BitmapOnDisk(header, states, store);
    }

    /**
     * The bitmap of a new array. Nothing is written until {@link #rewriteAll}.
     *
     * @param allSet whether everything has still to be synchronised
     */
    public static WriteIntentBitmap create(BitmapHeader header, boolean allSet, Store store) {
        WriteIntentBitmap bitmap = new WriteIntentBitmap(header, store);
        for (int bit = 0; bit < bitmap.states.bits(); bit++) {
            bitmap.disk.adopt(bit, allSet, allSet);
        }
        bitmap.disk.distrustAllPages();
        return bitmap;
    }

    /**
     * Takes over what is on disk, without writing. If the first sweep finds a member missing, every set bit is kept
     * until the array is whole, because nobody remembers which members lack its chunk. Every page is written anew
     * before the first write under it, because one member was read, not all; {@link #updateEvents} does it for all
     * pages.
     *
     * @param bitmapBytes the bitmap of an in-sync member from its header on, {@link BitmapHeader#lengthBytes()} of it
     * @param dirty whether the array was not clean: chunks of set bits are needed
     * @param trusted what {@link BitmapHeader#trustedBeside} says; if not, every bit counts as set
     */
    public static WriteIntentBitmap load(
            BitmapHeader header, MemorySegment bitmapBytes, boolean dirty, boolean trusted, Store store) {
        if (bitmapBytes.byteSize() < header.lengthBytes()) {
            throw new IllegalArgumentException(
                    "bitmapBytes.byteSize=" + bitmapBytes.byteSize() + " lengthBytes=" + header.lengthBytes());
        }
        WriteIntentBitmap bitmap = new WriteIntentBitmap(header, store);
        bitmap.disk.adoptTail(bitmapBytes);
        for (int bit = 0; bit < bitmap.states.bits(); bit++) {
            boolean set = !trusted || BitmapImage.isSet(bitmapBytes, bit);
            bitmap.disk.adopt(bit, set, dirty);
        }
        bitmap.disk.distrustAllPages();
        return bitmap;
    }

    /**
     * To be called before the first byte of a write reaches a member: returns when the bits of the range are durable,
     * and counts the write as under way. Every return is to be answered by one {@link #endWrite} of the same range.
     *
     * @throws IOException what the store threw, which several waiting writes may get; the write does not count then
     */
    public void startWrite(long offsetBytes, long lengthBytes) throws IOException {
        if (empty(offsetBytes, lengthBytes)) {
            return;
        }
        int first = bit(offsetBytes);
        int last = bit(offsetBytes + lengthBytes - 1);
        int begun = first;
        boolean done = false;
        try {
            boolean durable = true;
            for (; begun <= last; begun++) {
                durable &= states.begin(begun);
            }
            if (!durable) {
                disk.makeDurable(first, last);
            }
            done = true;
        } finally {
            while (!done && --begun >= first) {
                states.undoBegin(begun);
            }
        }
    }

    /**
     * Ends a write, whether or not it went well. A write that may have left members differing needs
     * {@link #markNeeded} first.
     *
     * @param keep whether some member with a role, present or absent, missed it: the bits then stay until the array is
     *     whole
     */
    public void endWrite(long offsetBytes, long lengthBytes, boolean keep) {
        if (empty(offsetBytes, lengthBytes)) {
            return;
        }
        int last = bit(offsetBytes + lengthBytes - 1);
        for (int bit = bit(offsetBytes); bit <= last; bit++) {
            states.end(bit, keep ? RECENT | KEPT : RECENT);
        }
    }

    /** Whether parity or copies are not to be trusted somewhere in the range. */
    public boolean needsSync(long offsetBytes, long lengthBytes) {
        return !empty(offsetBytes, lengthBytes)
                && states.neededBits() > 0
                && states.anyHas(bit(offsetBytes), bit(offsetBytes + lengthBytes - 1), NEEDED);
    }

    /** The first byte at or after {@code fromOffsetBytes} in a chunk that has to be synchronised, or -1. */
    public long nextNeeded(long fromOffsetBytes) {
        return pastEnd(fromOffsetBytes) ? -1 : start(states.nextNeeded(bit(fromOffsetBytes)), fromOffsetBytes);
    }

    /** Where the stretch from a byte on ends in which {@link #needsSync} is everywhere the same; behind that byte. */
    public long neededEnd(long fromOffsetBytes) {
        if (states.neededBits() == 0) {
            return sizeBytes;
        }
        int bit = bit(fromOffsetBytes);
        int end = states.has(bit, NEEDED) ? states.nextUnneeded(bit + 1) : states.nextNeeded(bit + 1);
        return end < 0 ? sizeBytes : Math.min((long) end << chunkShift, sizeBytes);
    }

    /** The first byte at or after {@code fromOffsetBytes} in a chunk whose bit is set, or -1. */
    public long nextSet(long fromOffsetBytes) {
        return pastEnd(fromOffsetBytes) ? -1 : start(disk.nextSetBit(bit(fromOffsetBytes)), fromOffsetBytes);
    }

    private long start(int bit, long fromOffsetBytes) {
        return bit < 0 ? -1 : Math.max((long) bit << chunkShift, fromOffsetBytes);
    }

    /** Whether the bit of some chunk of the range is set: what a member that comes back has to be given. */
    public boolean isSet(long offsetBytes, long lengthBytes) {
        return !empty(offsetBytes, lengthBytes)
                && states.anyHas(bit(offsetBytes), bit(offsetBytes + lengthBytes - 1), SET);
    }

    /** Says that the chunks lying wholly in the range agree on all members now; their bits are cleared lazily. */
    public void synced(long offsetBytes, long lengthBytes) {
        if (empty(offsetBytes, lengthBytes)) {
            return;
        }
        long endBytes = offsetBytes + lengthBytes;
        int end = endBytes == sizeBytes ? states.bits() : (int) (endBytes >> chunkShift);
        int from = (int) (offsetBytes + chunkBytes() - 1 >> chunkShift);
        for (int bit = states.nextNeeded(from); bit >= 0 && bit < end; bit = states.nextNeeded(bit + 1)) {
            states.synced(bit);
        }
    }

    /**
     * Says that members may differ in the range: it is needed at once, and also after a crash when this has returned.
     *
     * @throws IOException what the store threw; the range is needed in memory all the same
     */
    public void markNeeded(long offsetBytes, long lengthBytes) throws IOException {
        if (empty(offsetBytes, lengthBytes)) {
            return;
        }
        int first = bit(offsetBytes);
        int last = bit(offsetBytes + lengthBytes - 1);
        boolean durable = true;
        for (int bit = first; bit <= last; bit++) {
            states.need(bit);
            durable &= states.has(bit, DURABLE);
        }
        if (!durable) {
            disk.makeDurable(first, last);
        }
    }

    /**
     * Says that a member is being lost, failed or removed, which may not have flushed the last writes that reached it.
     * The bits that are set now are kept until the array is whole. To be called before flushes leave that member out.
     */
    public void memberLost() {
        memberLost.set(true);
    }

    /**
     * One pass of md's lazy clearing, to be called every daemon_sleep. Clears the bits that were already idle in the
     * pass before and have no reason to stay.
     *
     * @param whole whether every role is held by an in-sync member: bits kept for absent members may go then, unless
     *     one was lost since the last pass
     * @param events the superblock's, which events_cleared becomes before a bit is cleared in a whole array
     * @param beforeClear called before any bit is cleared; if it throws, none is
     * @return how many bits were cleared
     * @throws IOException what {@code beforeClear} or the store threw; bits whose page could not be written stay set
     */
    public int sweep(boolean whole, long events, Flusher beforeClear) throws IOException {
        return sweep(whole, events, beforeClear, false);
    }

    /** The sweep of a clean stop, when clients are gone: like {@link #sweep}, but clears what is idle now. */
    public int clearAllIdle(boolean whole, long events, Flusher beforeClear) throws IOException {
        return sweep(whole, events, beforeClear, true);
    }

    private int sweep(boolean whole, long events, Flusher beforeClear, boolean atOnce) throws IOException {
        sweeping.lock();
        try {
            boolean keepAll = memberLost.getAndSet(false) || wholeAtLastSweep && !whole;
            wholeAtLastSweep = whole;
            BitSet candidates = age(whole && !keepAll, keepAll, atOnce);
            if (candidates.isEmpty()) {
                return 0;
            }
            beforeClear.flush();
            if (memberLost.get()) {
                return 0;
            }
            return disk.clear(candidates, whole, events);
        } finally {
            sweeping.unlock();
        }
    }

    /** Ages every set bit by one pass; returns those old enough. */
    private BitSet age(boolean whole, boolean keepAll, boolean atOnce) {
        BitSet candidates = new BitSet();
        for (int bit = disk.nextSetBit(0); bit >= 0; bit = disk.nextSetBit(bit + 1)) {
            if (keepAll) {
                states.raise(bit, KEPT);
            }
            boolean recent = states.has(bit, RECENT);
            if (recent) {
                states.lower(bit, RECENT);
            }
            if ((atOnce || !recent) && states.clearable(bit, whole)) {
                candidates.set(bit);
            }
        }
        return candidates;
    }

    /**
     * Writes the header with the superblock's coming events, before the superblocks. Pages that members lack are
     * written first.
     */
    public void updateEvents(long events) throws IOException {
        disk.updateEvents(events);
    }

    /** Writes all pages to the live members, when one has joined. */
    public void rewriteAll() throws IOException {
        disk.rewriteAll();
    }

    /**
     * Writes the whole bitmap once to another place, one new member as a rule. That member must be among the store's
     * live ones before, or it misses what changes from now on.
     */
    public void writeAllTo(Store target) throws IOException {
        disk.writeAllTo(target);
    }

    /** How many bits are set. */
    public long setBits() {
        return disk.setBits();
    }

    /** How many bits there are. */
    public long totalBits() {
        return states.bits();
    }

    /** Bytes that one bit covers. */
    public long chunkBytes() {
        return 1L << chunkShift;
    }

    /** Bytes that the bitmap covers. */
    public long sizeBytes() {
        return sizeBytes;
    }

    /** Events a member must have, at least, to come back by the bitmap; unsigned. */
    public long eventsCleared() {
        return header().eventsCleared();
    }

    /** The header that the members are known to have. */
    public BitmapHeader header() {
        return disk.header();
    }

    /** Whether anything has to be synchronised. */
    public boolean anyNeeded() {
        return states.neededBits() > 0;
    }

    /** Whether a write was under way while this looked. Looks at every bit: for a stop, not for a hot path. */
    public boolean anyPending() {
        for (int bit = 0; bit < states.bits(); bit++) {
            if (states.pending(bit)) {
                return true;
            }
        }
        return false;
    }

    private boolean pastEnd(long fromOffsetBytes) {
        if (fromOffsetBytes < 0) {
            throw new IllegalArgumentException("fromOffsetBytes=" + fromOffsetBytes);
        }
        return fromOffsetBytes >= sizeBytes;
    }

    private int bit(long offsetBytes) {
        return (int) (offsetBytes >> chunkShift);
    }

    private boolean empty(long offsetBytes, long lengthBytes) {
        if (offsetBytes < 0 || lengthBytes < 0 || offsetBytes > sizeBytes - lengthBytes) {
            throw new IllegalArgumentException("range outside the bitmap: offsetBytes=" + offsetBytes + " lengthBytes="
                    + lengthBytes + " sizeBytes=" + sizeBytes);
        }
        return lengthBytes == 0;
    }
}
