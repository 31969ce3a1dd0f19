package dev.ashlar.raid.array;

import java.util.Map;
import java.util.TreeMap;

/**
 * Ranges of sync bytes in which a write was left half done while the array ran: nothing may be computed from parity or
 * another copy there until they are resynced. Empty nearly always, and then the question costs one volatile read.
 */
final class TornRanges {
    private final TreeMap<Long, Long> endByStart = new TreeMap<>();
    private volatile int count;

    synchronized void add(long offset, long length) {
        long start = offset;
        long end = offset + length;
        Map.Entry<Long, Long> before = endByStart.floorEntry(start);
        if (before != null && before.getValue() >= start) {
            start = before.getKey();
            end = Math.max(end, before.getValue());
        }
        Map<Long, Long> covered = endByStart.subMap(start, true, end, true);
        for (long value : covered.values()) {
            end = Math.max(end, value);
        }
        covered.clear();
        endByStart.put(start, end);
        count = endByStart.size();
    }

    synchronized void remove(long offset, long length) {
        long start = offset;
        long end = offset + length;
        for (Map.Entry<Long, Long> hit = endByStart.lowerEntry(end);
                hit != null && hit.getValue() > start;
                hit = endByStart.lowerEntry(end)) {
            endByStart.remove(hit.getKey());
            if (hit.getValue() > end) {
                endByStart.put(end, hit.getValue());
            }
            if (hit.getKey() < start) {
                endByStart.put(hit.getKey(), start);
                break;
            }
        }
        count = endByStart.size();
    }

    /** The first start or end of a range after {@code offset}; {@link Long#MAX_VALUE} if there is none. */
    long nextBound(long offset) {
        return count == 0 ? Long.MAX_VALUE : nextBoundListed(offset);
    }

    private synchronized long nextBoundListed(long offset) {
        Map.Entry<Long, Long> before = endByStart.floorEntry(offset);
        if (before != null && before.getValue() > offset) {
            return before.getValue();
        }
        Long start = endByStart.higherKey(offset);
        return start == null ? Long.MAX_VALUE : start;
    }

    boolean isEmpty() {
        return count == 0;
    }

    boolean overlaps(long offset, long length) {
        return count != 0 && overlapsListed(offset, length);
    }

    private synchronized boolean overlapsListed(long offset, long length) {
        Map.Entry<Long, Long> before = endByStart.lowerEntry(offset + length);
        return before != null && before.getValue() > offset;
    }

    /** The end of the range in which {@code offset} lies. */
    synchronized long endOf(long offset) {
        Map.Entry<Long, Long> before = endByStart.floorEntry(offset);
        return before != null && before.getValue() > offset ? before.getValue() : offset;
    }

    /** The start of the first range at or after {@code from}, or inside which {@code from} lies; -1 if there is none. */
    synchronized long next(long from) {
        Map.Entry<Long, Long> before = endByStart.floorEntry(from);
        if (before != null && before.getValue() > from) {
            return from;
        }
        Long start = endByStart.ceilingKey(from);
        return start == null ? -1 : start;
    }
}
