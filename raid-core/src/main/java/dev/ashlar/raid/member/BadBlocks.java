package dev.ashlar.raid.member;

import dev.ashlar.raid.ArrayRefusedException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The ranges of one member that must not be read, in sectors of the <em>device</em> (data_offset included), and md's
 * bad block log that holds them.
 *
 * <p>Invariants: ranges are sorted, not empty, and neither overlap nor touch; what is in the list always fits the log.
 * A change replaces the list as a whole, so a reader sees one state and takes no lock, and asking while nothing is bad
 * costs one volatile read. Changes exclude each other.
 *
 * <p>The log is a run of little-endian 64-bit entries: the length in bits 0 to 9, the start in bits 10 to 63, both in
 * units of {@code 2^bblog_shift} sectors. An entry of ones ends it, and fills what is unused.
 */
public final class BadBlocks {
    /** The most entries md keeps, whatever room there is: eight sectors of them. */
    public static final int MAX_ENTRIES = 512;
    /** The longest range of one entry, in units, that md writes. */
    public static final int MAX_ENTRY_UNITS = 512;

    private static final int LENGTH_BITS = 10;
    private static final long LENGTH_MASK = (1 << LENGTH_BITS) - 1;
    /** A larger unit would leave no bits of a start; md's own is one sector. */
    private static final int MAX_SHIFT = LENGTH_BITS - 1;
    private static final long END_OF_LOG = -1;
    private static final long[] NOTHING = {};
    private static final ValueLayout.OfLong LE_LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** The log of a member cannot be understood, so nobody knows which of its sectors are good. */
    public static final class MalformedLogException extends ArrayRefusedException {
        private static final long serialVersionUID = 1L;

        MalformedLogException(String message) {
            super(message);
        }
    }

    /** Sectors {@code sector} to {@code sector + count - 1} of the device. */
    public record Range(long sector, long count) {}

    private final int maxEntries;
    private final int shift;
    /** Start, end, start, end, …: ends are exclusive. */
    private volatile long[] bounds = NOTHING;

    private BadBlocks(int maxEntries, int shift) {
        this.maxEntries = maxEntries;
        this.shift = shift;
    }

    /**
     * An empty list.
     *
     * @param logSectors bblog_size of the superblock; 0 for a member without a log, which can hold nothing
     * @param shift bblog_shift of the superblock
     */
    public static BadBlocks empty(int logSectors, int shift) {
        if (logSectors < 0 || !isShift(shift)) {
            throw new IllegalArgumentException("logSectors=" + logSectors + " shift=" + shift);
        }
        return new BadBlocks((int) Math.min(MAX_ENTRIES, logSectors * 64L), shift);
    }

    /** Whether a log may be in units of {@code 2^shift} sectors. */
    public static boolean isShift(int shift) {
        return shift >= 0 && shift <= MAX_SHIFT;
    }

    /**
     * Reads a log. Entries may come in any order and overlap; then their union counts.
     *
     * @param log the log's {@code logSectors} sectors begin at {@code offset} of it
     * @throws MalformedLogException if an entry means no range, or the log could not be written back
     */
    public static BadBlocks decode(MemorySegment log, long offset, int logSectors, int shift)
            throws MalformedLogException {
        if (!isShift(shift)) {
            throw new MalformedLogException("bad block log in units of 2^" + shift + " sectors");
        }
        BadBlocks blocks = empty(logSectors, shift);
        long[] bounds = NOTHING;
        for (int index = 0; index < blocks.maxEntries; index++) {
            long entry = log.get(LE_LONG, offset + index * 8L);
            if (entry == END_OF_LOG) {
                break;
            }
            long start = (entry >>> LENGTH_BITS) << shift;
            long length = (entry & LENGTH_MASK) << shift;
            if (length == 0) {
                throw new MalformedLogException("bad block log: empty range in entry=" + index + " sector=" + start);
            }
            bounds = with(bounds, start, start + length);
        }
        if (!blocks.change(bounds)) {
            throw new MalformedLogException("bad block log: too much for the entries md writes");
        }
        return blocks;
    }

    /** Whether some sector of the range is bad. */
    public boolean overlaps(long sector, long count) {
        long[] now = bounds;
        if (now.length == 0) {
            return false;
        }
        checkRange(sector, count);
        int next = firstEndAfter(now, sector);
        return count > 0 && next < now.length && now[next] < sector + count;
    }

    /** The first start or end of a bad range after this sector; {@link Long#MAX_VALUE} if there is none. */
    public long nextBound(long sector) {
        long[] now = bounds;
        int found = Arrays.binarySearch(now, sector + 1);
        int next = found < 0 ? -found - 1 : found;
        return next < now.length ? now[next] : Long.MAX_VALUE;
    }

    /** Index of the first range whose end is past {@code sector}; the length of {@code bounds} if there is none. */
    private static int firstEndAfter(long[] bounds, long sector) {
        int found = Arrays.binarySearch(bounds, sector + 1);
        // Bounds are strictly increasing, starts at even places and ends at odd ones: an end that is past the sector
        // belongs to the range that begins one place before.
        return (found < 0 ? -found - 1 : found) & ~1;
    }

    /**
     * Declares a range bad.
     *
     * @return false, and nothing is changed, if the log cannot hold it: then the member has to fail
     */
    public synchronized boolean add(long sector, long count) {
        checkRange(sector, count);
        return count == 0 || change(with(bounds, sector, sector + count));
    }

    /**
     * Declares a range good, because it was written.
     *
     * @return false, and nothing is changed, if the log cannot hold what splitting a range would leave: it stays bad,
     *     which is safe
     */
    public synchronized boolean remove(long sector, long count) {
        checkRange(sector, count);
        return count == 0 || change(without(bounds, sector, sector + count));
    }

    private boolean change(long[] changed) {
        if (entries(changed).size() > maxEntries) {
            return false;
        }
        bounds = changed;
        return true;
    }

    private static long[] with(long[] bounds, long start, long end) {
        long[] result = new long[bounds.length + 2];
        int at = 0;
        int from = 0;
        while (from < bounds.length && bounds[from + 1] < start) {
            result[at++] = bounds[from++];
            result[at++] = bounds[from++];
        }
        long mergedStart = start;
        long mergedEnd = end;
        for (; from < bounds.length && bounds[from] <= end; from += 2) {
            mergedStart = Math.min(mergedStart, bounds[from]);
            mergedEnd = Math.max(mergedEnd, bounds[from + 1]);
        }
        result[at++] = mergedStart;
        result[at++] = mergedEnd;
        System.arraycopy(bounds, from, result, at, bounds.length - from);
        return Arrays.copyOf(result, at + bounds.length - from);
    }

    private static long[] without(long[] bounds, long start, long end) {
        long[] result = new long[bounds.length + 2];
        int at = 0;
        for (int i = 0; i < bounds.length; i += 2) {
            if (bounds[i] < Math.min(start, bounds[i + 1])) {
                result[at++] = bounds[i];
                result[at++] = Math.min(start, bounds[i + 1]);
            }
            if (bounds[i + 1] > Math.max(end, bounds[i])) {
                result[at++] = Math.max(end, bounds[i]);
                result[at++] = bounds[i + 1];
            }
        }
        return Arrays.copyOf(result, at);
    }

    /** The log's entries. Bounds within a unit are rounded outwards: more may be called bad on disk, never less. */
    private List<Long> entries(long[] from) {
        List<Long> entries = new ArrayList<>();
        long written = 0;
        for (int i = 0; i < from.length && entries.size() <= maxEntries; i += 2) {
            long end = (from[i + 1] - 1 >> shift) + 1;
            long start = Math.max(written, from[i] >> shift);
            for (; start < end && entries.size() <= maxEntries; start = Math.min(end, start + MAX_ENTRY_UNITS)) {
                entries.add(start << LENGTH_BITS | Math.min(end - start, MAX_ENTRY_UNITS));
            }
            written = end;
        }
        return entries;
    }

    /**
     * Writes the log's entries, and ones behind them, to {@link #logBytes()} bytes of {@code target} at {@code offset}.
     */
    public void encode(MemorySegment target, long offset) {
        target.asSlice(offset, logBytes()).fill((byte) 0xff);
        long at = offset;
        for (long entry : entries(bounds)) {
            target.set(LE_LONG, at, entry);
            at += Long.BYTES;
        }
    }

    /** Bytes of the log that hold entries; at most 4096. */
    public int logBytes() {
        return maxEntries * Long.BYTES;
    }

    /** Whether nothing is bad: feature 0x8 says so on disk. */
    public boolean isEmpty() {
        return bounds.length == 0;
    }

    /** Whether the log has no room for one more range that lies apart from the others. */
    public boolean full() {
        return entries(bounds).size() >= maxEntries;
    }

    /** How many sectors are bad. */
    public long totalSectors() {
        long[] now = bounds;
        long total = 0;
        for (int i = 0; i < now.length; i += 2) {
            total += now[i + 1] - now[i];
        }
        return total;
    }

    /** The bad ranges of this moment, sorted. */
    public List<Range> ranges() {
        long[] now = bounds;
        List<Range> ranges = new ArrayList<>(now.length / 2);
        for (int i = 0; i < now.length; i += 2) {
            ranges.add(new Range(now[i], now[i + 1] - now[i]));
        }
        return List.copyOf(ranges);
    }

    private static void checkRange(long sector, long count) {
        if (sector < 0 || count < 0 || sector > (1L << 54) - count) {
            throw new IllegalArgumentException("no range of sectors: sector=" + sector + " count=" + count);
        }
    }

    @Override
    public String toString() {
        return "BadBlocks" + ranges();
    }
}
