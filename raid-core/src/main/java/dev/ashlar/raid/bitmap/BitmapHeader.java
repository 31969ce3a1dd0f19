package dev.ashlar.raid.bitmap;

import static dev.ashlar.raid.bitmap.BitmapLayout.BE_LONG;
import static dev.ashlar.raid.bitmap.BitmapLayout.LE_INT;
import static dev.ashlar.raid.bitmap.BitmapLayout.LE_LONG;

import dev.ashlar.raid.ArrayRefusedException;
import java.lang.foreign.MemorySegment;
import java.util.UUID;

/**
 * The header of a write-intent bitmap, as {@link BitmapLayout} draws it.
 *
 * @param uuid the array's set_uuid
 * @param events unsigned; the superblock's, written before it, so it may differ by one after a crash
 * @param eventsCleared unsigned; events when a bit was last cleared. A member of at least these events may come back by
 *     the bitmap
 * @param syncSizeSectors sectors covered: component size, for RAID10 the array's
 * @param state flags of {@link BitmapLayout}
 * @param chunkBytes bytes one bit covers, a power of two, at least 512
 * @param daemonSleepSeconds seconds between sweeps, at least 1
 * @param writeBehind RAID1's limit of writes behind, at most {@link BitmapLayout#MAX_WRITE_BEHIND}; only kept
 * @param sectorsReserved room for the bitmap; 0 where nobody said
 */
public record BitmapHeader(
        UUID uuid,
        long events,
        long eventsCleared,
        long syncSizeSectors,
        int state,
        long chunkBytes,
        int daemonSleepSeconds,
        int writeBehind,
        int sectorsReserved) {

    private static final int UNTRUSTED = BitmapLayout.STATE_STALE | BitmapLayout.STATE_WRITE_ERROR;
    private static final int DEFAULT_DAEMON_SLEEP_SECONDS = 5;

    /** Checks what {@link #decode} refuses, for a header made here. */
    public BitmapHeader {
        String refusal = refusal(syncSizeSectors, chunkBytes, daemonSleepSeconds, writeBehind);
        if (refusal != null) {
            throw new IllegalArgumentException(refusal);
        }
    }

    /** The header of a new array, as mdadm writes it: events 0, a sweep every 5 seconds. */
    public static BitmapHeader fresh(UUID uuid, long syncSizeSectors, long chunkBytes) {
        return new BitmapHeader(uuid, 0, 0, syncSizeSectors, 0, chunkBytes, DEFAULT_DAEMON_SLEEP_SECONDS, 0, 0);
    }

    /**
     * Reads a header from {@code source} at {@code offset}, where {@link BitmapLayout#HEADER_BYTES} bytes must be.
     *
     * @throws ArrayRefusedException if md would not start an array with it, or Ashlar does not serve its kind
     */
    public static BitmapHeader decode(MemorySegment source, long offset) throws ArrayRefusedException {
        MemorySegment from = source.asSlice(offset, BitmapLayout.HEADER_BYTES);
        int magic = from.get(LE_INT, BitmapLayout.OFF_MAGIC);
        refuseIf(magic != BitmapLayout.MAGIC, "no bitmap there: magic=0x" + Integer.toHexString(magic));
        refuseVersion(from.get(LE_INT, BitmapLayout.OFF_VERSION));
        int state = from.get(LE_INT, BitmapLayout.OFF_STATE);
        refuseIf((state & BitmapLayout.STATE_HOST_ENDIAN) != 0, "its bits are in a host's byte order");
        long syncSizeSectors = from.get(LE_LONG, BitmapLayout.OFF_SYNC_SIZE);
        long chunkBytes = Integer.toUnsignedLong(from.get(LE_INT, BitmapLayout.OFF_CHUNK_SIZE));
        int daemonSleepSeconds = from.get(LE_INT, BitmapLayout.OFF_DAEMON_SLEEP);
        int writeBehind = from.get(LE_INT, BitmapLayout.OFF_WRITE_BEHIND);
        String refusal = refusal(syncSizeSectors, chunkBytes, daemonSleepSeconds, writeBehind);
        refuseIf(refusal != null, refusal);
        return new BitmapHeader(
                new UUID(from.get(BE_LONG, BitmapLayout.OFF_UUID), from.get(BE_LONG, BitmapLayout.OFF_UUID + 8)),
                from.get(LE_LONG, BitmapLayout.OFF_EVENTS),
                from.get(LE_LONG, BitmapLayout.OFF_EVENTS_CLEARED),
                syncSizeSectors,
                state,
                chunkBytes,
                daemonSleepSeconds,
                writeBehind,
                from.get(LE_INT, BitmapLayout.OFF_SECTORS_RESERVED));
    }

    private static void refuseVersion(int version) throws ArrayRefusedException {
        String kind = switch (version) {
            case BitmapLayout.VERSION -> null;
            case 3 -> " (bits in a host's byte order)";
            case 5 -> " (clustered)";
            case 6 -> " (lockless)";
            default -> "";
        };
        refuseIf(kind != null, "unsupported version=" + version + kind);
    }

    private static String refusal(long syncSizeSectors, long chunkBytes, int daemonSleepSeconds, int writeBehind) {
        if (syncSizeSectors <= 0 || syncSizeSectors > Long.MAX_VALUE >> 9) {
            return "bad sync_size=" + Long.toUnsignedString(syncSizeSectors);
        }
        if (chunkBytes < 512 || chunkBytes > 1L << 31 || Long.bitCount(chunkBytes) != 1) {
            return "bad chunksize=" + chunkBytes;
        }
        if (BitmapLayout.bits(syncSizeSectors, chunkBytes) > BitmapLayout.MAX_BITS) {
            return "too fine: chunksize=" + chunkBytes + " for sync_size=" + syncSizeSectors;
        }
        if (daemonSleepSeconds <= 0) {
            return "bad daemon_sleep=" + Integer.toUnsignedString(daemonSleepSeconds);
        }
        if (writeBehind < 0 || writeBehind > BitmapLayout.MAX_WRITE_BEHIND) {
            return "bad write_behind=" + Integer.toUnsignedString(writeBehind);
        }
        return null;
    }

    private static void refuseIf(boolean bad, String why) throws ArrayRefusedException {
        if (bad) {
            throw new ArrayRefusedException("the write-intent bitmap cannot be used: " + why);
        }
    }

    /** Writes the header's {@link BitmapLayout#HEADER_BYTES} bytes to {@code target} at {@code offset}. */
    public void encode(MemorySegment target, long offset) {
        MemorySegment to = target.asSlice(offset, BitmapLayout.HEADER_BYTES);
        to.fill((byte) 0);
        to.set(LE_INT, BitmapLayout.OFF_MAGIC, BitmapLayout.MAGIC);
        to.set(LE_INT, BitmapLayout.OFF_VERSION, BitmapLayout.VERSION);
        to.set(BE_LONG, BitmapLayout.OFF_UUID, uuid.getMostSignificantBits());
        to.set(BE_LONG, BitmapLayout.OFF_UUID + 8, uuid.getLeastSignificantBits());
        to.set(LE_LONG, BitmapLayout.OFF_EVENTS, events);
        to.set(LE_LONG, BitmapLayout.OFF_EVENTS_CLEARED, eventsCleared);
        to.set(LE_LONG, BitmapLayout.OFF_SYNC_SIZE, syncSizeSectors);
        to.set(LE_INT, BitmapLayout.OFF_STATE, state);
        to.set(LE_INT, BitmapLayout.OFF_CHUNK_SIZE, (int) chunkBytes);
        to.set(LE_INT, BitmapLayout.OFF_DAEMON_SLEEP, daemonSleepSeconds);
        to.set(LE_INT, BitmapLayout.OFF_WRITE_BEHIND, writeBehind);
        to.set(LE_INT, BitmapLayout.OFF_SECTORS_RESERVED, sectorsReserved);
    }

    /**
     * Refuses a bitmap of another array, as md does.
     *
     * @throws ArrayRefusedException if the uuids differ
     */
    public void requireUuid(UUID setUuid) throws ArrayRefusedException {
        refuseIf(!uuid.equals(setUuid), "it belongs to array " + uuid + ", not " + setUuid);
    }

    /** Whether the bits may be believed beside a superblock of these (unsigned) events. */
    public boolean trustedBeside(long superblockEvents) {
        return (state & UNTRUSTED) == 0 && Long.compareUnsigned(events, superblockEvents) >= 0;
    }

    /** Bits that mean something. */
    public int bits() {
        return (int) BitmapLayout.bits(syncSizeSectors, chunkBytes);
    }

    /** Bytes of header and bits in whole pages. */
    public long lengthBytes() {
        return BitmapLayout.lengthBytes(bits());
    }

    /**
     * The same with other events, and without the state flags that would make it untrusted. When events go down, as
     * they do when an array becomes clean, events_cleared goes with them: it may not be ahead of members that are
     * current.
     */
    public BitmapHeader withEvents(long newEvents) {
        long cleared = Long.compareUnsigned(eventsCleared, newEvents) > 0 ? newEvents : eventsCleared;
        return new BitmapHeader(uuid, newEvents, cleared, syncSizeSectors, state & ~UNTRUSTED,
                chunkBytes, daemonSleepSeconds, writeBehind, sectorsReserved);
    }

    /** The same with other events_cleared. */
    public BitmapHeader withEventsCleared(long newEventsCleared) {
        return new BitmapHeader(uuid, events, newEventsCleared, syncSizeSectors, state, chunkBytes, daemonSleepSeconds,
                writeBehind, sectorsReserved);
    }

    /**
     * The same over another size: of the array it is used for, which decides as in md.
     *
     * @throws ArrayRefusedException if its bits would be too many for that
     */
    public BitmapHeader withSyncSizeSectors(long newSyncSizeSectors) throws ArrayRefusedException {
        String refusal = refusal(newSyncSizeSectors, chunkBytes, daemonSleepSeconds, writeBehind);
        refuseIf(refusal != null, refusal);
        return new BitmapHeader(uuid, events, eventsCleared, newSyncSizeSectors, state, chunkBytes, daemonSleepSeconds,
                writeBehind, sectorsReserved);
    }
}
