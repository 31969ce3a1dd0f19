package dev.ashlar.raid.superblock;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Where the fields of an md version 1 superblock lie, and its checksum. Kernel source: {@code struct mdp_superblock_1}
 * and {@code calc_sb_1_csum}.
 *
 * <pre>
 *    0               4               8              12              16
 *    +---------------+---------------+---------------+---------------+
 *   0| magic a92b4efc| major 1       | feature_map   | pad0 = 0      |
 *    +---------------+---------------+---------------+---------------+
 *  16| set_uuid                                                      |
 *    +---------------------------------------------------------------+
 *  32| set_name, NUL padded                                          |
 *  48|                                                               |
 *    +-------------------------------+---------------+---------------+
 *  64| ctime                         | level         | layout        |
 *    +-------------------------------+---------------+---------------+
 *  80| size                          | chunksize     | raid_disks    |
 *    +---------------+---------------+---------------+---------------+
 *  96| bitmap_offset | new_level     | reshape_position              |   bitmap_offset, or PPL: s16 offset, u16 size
 *    +---------------+---------------+---------------+---------------+
 * 112| delta_disks   | new_layout    | new_chunk     | new_offset    |
 *    +---------------+---------------+---------------+---------------+
 * 128| data_offset                   | data_size                     |
 *    +-------------------------------+-------------------------------+
 * 144| super_offset                  | recovery_offset, journal_tail |
 *    +---------------+---------------+-------------------------------+
 * 160| dev_number    | cnt_corrected | device_uuid                   |
 *    +---------------+---------------+---+---+-------+---------------+
 * 176| device_uuid                   | f | s | b.size| bblog_offset  |   f devflags, s bblog_shift, b.size bblog_size
 *    +-------------------------------+---+---+-------+---------------+
 * 192| utime                         | events                        |
 *    +-------------------------------+---------------+---------------+
 * 208| resync_offset                 | sb_csum       | max_dev       |
 *    +-------------------------------+---------------+---------------+
 * 224| pad3 = 0                                                      |
 * 240|                                                               |
 *    +-------+-------+-------+---------------------------------------+
 * 256| role0 | role1 | ...     dev_roles, max_dev entries of u16     |
 *    +-------+-------+-------+---------------------------------------+
 * </pre>
 */
public final class SuperblockLayout {
    /** The first four bytes of every md superblock, of version 0.90 too. */
    public static final int MAGIC = 0xa92b4efc;

    /** The only major version this format has. */
    public static final int MAJOR_VERSION = 1;

    /** Bytes before dev_roles. */
    public static final int FIXED_BYTES = 256;

    /** Bytes a reader reads, and the most a superblock can take. */
    public static final int MAX_BYTES = 4096;

    /** The most entries dev_roles can have: what fits in {@link #MAX_BYTES}. */
    public static final int MAX_DEV = (MAX_BYTES - FIXED_BYTES) / 2;

    /** Length of the set name, in bytes; a name may fill them without a terminating NUL. */
    public static final int NAME_BYTES = 32;

    /** Bytes of a sector, whatever the device calls one. */
    public static final int SECTOR_BYTES = 512;

    /** Members smaller than this, in sectors, have no room for a superblock. */
    public static final long MIN_DEVICE_SECTORS = 24;

    static final int MAGIC_AT = 0;
    static final int MAJOR_AT = 4;
    static final int FEATURES_AT = 8;
    static final int PAD0_AT = 12;
    static final int SET_UUID_AT = 16;
    static final int NAME_AT = 32;
    static final int CTIME_AT = 64;
    static final int LEVEL_AT = 72;
    static final int LAYOUT_AT = 76;
    static final int SIZE_AT = 80;
    static final int CHUNK_AT = 88;
    static final int RAID_DISKS_AT = 92;
    static final int BITMAP_OFFSET_AT = 96;
    static final int NEW_LEVEL_AT = 100;
    static final int RESHAPE_POSITION_AT = 104;
    static final int DELTA_DISKS_AT = 112;
    static final int NEW_LAYOUT_AT = 116;
    static final int NEW_CHUNK_AT = 120;
    static final int NEW_OFFSET_AT = 124;
    static final int DATA_OFFSET_AT = 128;
    static final int DATA_SIZE_AT = 136;
    static final int SUPER_OFFSET_AT = 144;
    static final int RECOVERY_OFFSET_AT = 152;
    static final int DEV_NUMBER_AT = 160;
    static final int CORRECTED_READS_AT = 164;
    static final int DEVICE_UUID_AT = 168;
    static final int DEV_FLAGS_AT = 184;
    static final int BBLOG_SHIFT_AT = 185;
    static final int BBLOG_SIZE_AT = 186;
    static final int BBLOG_OFFSET_AT = 188;
    static final int UTIME_AT = 192;
    static final int EVENTS_AT = 200;
    static final int RESYNC_OFFSET_AT = 208;
    static final int CHECKSUM_AT = 216;
    static final int MAX_DEV_AT = 220;
    static final int PAD3_AT = 224;
    static final int PAD3_BYTES = 32;
    static final int ROLES_AT = FIXED_BYTES;

    static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong BIG_U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private SuperblockLayout() {}

    /**
     * The sector a superblock of the given minor version has on a member of the given size.
     *
     * @param minorVersion 0 (near the end), 1 (at the start) or 2 (4 KiB after the start)
     * @param deviceSectors at least {@link #MIN_DEVICE_SECTORS}
     */
    public static long superblockSector(int minorVersion, long deviceSectors) {
        if (deviceSectors < MIN_DEVICE_SECTORS) {
            throw new IllegalArgumentException("deviceSectors=" + deviceSectors + " min=" + MIN_DEVICE_SECTORS);
        }
        return switch (minorVersion) {
            case 0 -> (deviceSectors - 16) & ~7L;
            case 1 -> 0;
            case 2 -> 8;
            default -> throw new IllegalArgumentException("minorVersion=" + minorVersion);
        };
    }

    /** Bytes of a superblock with {@code maxDev} roles: what the checksum covers and what is written. */
    public static int bytes(int maxDev) {
        if (maxDev < 0 || maxDev > MAX_DEV) {
            throw new IllegalArgumentException("maxDev=" + maxDev + " max=" + MAX_DEV);
        }
        return FIXED_BYTES + 2 * maxDev;
    }

    /** The {@code max_dev} mdadm gives a superblock for {@code devices} numbers: dev_roles fills whole sectors. */
    public static int maxDevFor(int devices) {
        long bytes = roundUp(bytes(devices), SECTOR_BYTES);
        return (int) ((bytes - FIXED_BYTES) / 2);
    }

    /**
     * md's checksum: the sum of the little-endian 32-bit words (and of a last 16-bit one) with the checksum field taken
     * as zero, folded once, the carry of that fold dropped.
     *
     * @param source holds the superblock from {@code offset}, at least {@link #bytes} of it
     */
    public static int checksum(MemorySegment source, long offset, int maxDev) {
        int bytes = bytes(maxDev);
        long sum = 0;
        int at = 0;
        for (; bytes - at >= 4; at += 4) {
            sum += at == CHECKSUM_AT ? 0 : Integer.toUnsignedLong(source.get(U32, offset + at));
        }
        if (at < bytes) {
            sum += Short.toUnsignedInt(source.get(U16, offset + at));
        }
        return (int) (sum + (sum >>> 32));
    }

    static long roundUp(long value, long multiple) {
        return Math.ceilDiv(value, multiple) * multiple;
    }
}
