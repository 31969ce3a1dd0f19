package dev.ashlar.raid.bitmap;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Where the fields of md's internal bitmap, version 4, are. Numbers are little-endian and offsets are bytes from the
 * bitmap's first byte, which is at sector {@code super_offset + bitmap_offset} of every member.
 *
 * <pre>
 *   0       4         8      24       32               40          48      52
 *   +-------+---------+------+--------+----------------+-----------+-------+
 *   | magic | version | uuid | events | events_cleared | sync_size | state |
 *   +-------+---------+------+--------+----------------+-----------+-------+
 *   52          56             60             64                 68      72
 *   +-----------+--------------+--------------+------------------+-------+
 *   | chunksize | daemon_sleep | write_behind | sectors_reserved | nodes |
 *   +-----------+--------------+--------------+------------------+-------+
 *   72             136    256                                                  end
 *   +--------------+------+----------------------------------------------------+
 *   | cluster_name | zero | bits: bit i is 1 &lt;&lt; (i &amp; 7) of byte 256 + (i &gt;&gt; 3) |
 *   +--------------+------+----------------------------------------------------+
 * </pre>
 *
 * Bits past the last chunk, up to the end of the last 4 KiB page, are ones for ever.
 */
public final class BitmapLayout {
    /** "bitm", read as a little-endian number. */
    public static final int MAGIC = 0x6d746962;
    /** The only version with little-endian bits and without a cluster. */
    public static final int VERSION = 4;

    /** Bytes before the bits. */
    public static final int HEADER_BYTES = 256;
    /** What is written as a whole; the first page begins with the header. */
    public static final int PAGE_BYTES = 4096;
    /** The most bits Ashlar keeps state for; a bitmap of 2 MiB, sixteen times what mdadm reserves room for. */
    public static final int MAX_BITS = 1 << 24;
    /** The largest write_behind md accepts. */
    public static final int MAX_WRITE_BEHIND = 16383;

    /** Value of the state flag of a bitmap that must not be trusted. */
    public static final int STATE_STALE = 1 << 1;
    /** Value of the state flag for a bitmap that could not be written. */
    public static final int STATE_WRITE_ERROR = 1 << 2;
    /** Value of the state flag for bits in the byte order of the host that wrote them. */
    public static final int STATE_HOST_ENDIAN = 1 << 15;

    static final int OFF_MAGIC = 0;
    static final int OFF_VERSION = 4;
    static final int OFF_UUID = 8;
    static final int OFF_EVENTS = 24;
    static final int OFF_EVENTS_CLEARED = 32;
    static final int OFF_SYNC_SIZE = 40;
    static final int OFF_STATE = 48;
    static final int OFF_CHUNK_SIZE = 52;
    static final int OFF_DAEMON_SLEEP = 56;
    static final int OFF_WRITE_BEHIND = 60;
    static final int OFF_SECTORS_RESERVED = 64;

    static final ValueLayout.OfInt LE_INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LE_LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong BE_LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private static final int SECTOR_SHIFT = 9;

    private BitmapLayout() {}

    /**
     * How many bits cover {@code syncSizeSectors} sectors at {@code chunkBytes} (a power of two, at least 512) each.
     */
    public static long bits(long syncSizeSectors, long chunkBytes) {
        long chunkSectors = chunkBytes >> SECTOR_SHIFT;
        return syncSizeSectors / chunkSectors + (syncSizeSectors % chunkSectors == 0 ? 0 : 1);
    }

    /** Bytes of header and bits, rounded up to whole pages: what is read, written and reserved. */
    public static long lengthBytes(long bits) {
        long end = HEADER_BYTES + (bits + 7) / 8;
        return (end + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    }

    /** The page that holds a bit. */
    static int page(int bit) {
        return (HEADER_BYTES + (bit >> 3)) / PAGE_BYTES;
    }

    /** The first bit of a page; page 0 has fewer bits because of the header. */
    static int firstBit(int page) {
        return page == 0 ? 0 : (page * PAGE_BYTES - HEADER_BYTES) * 8;
    }
}
