package dev.ashlar.raid.superblock;

/** The sizes and places mdadm picks for new members of version 1.1 and 1.2 (md-format, section 5). All in sectors. */
final class MdadmSizes {
    /** Where mdadm puts the bitmap, from the superblock's sector. */
    static final int BITMAP_OFFSET = 8;

    /** Room for a bad-block log. */
    static final int BAD_BLOCK_SECTORS = 8;

    private static final long DEFAULT_BITMAP_CHUNK_BYTES = 64 << 20;
    private static final long GIB200_SECTORS = 200L << 21;
    private static final long GIB8_SECTORS = 8L << 21;
    private static final int MAX_HEAD_ROOM = 262144;
    private static final int MIB_SECTORS = 2048;

    private MdadmSizes() {}

    /** Room kept for a bitmap on a device, or beside a component, of this size. */
    static int bitmapRoom(long sectors) {
        if (sectors < 128) {
            return 0;
        }
        return sectors - 128 >= GIB200_SECTORS ? 256 : sectors - 8 > GIB8_SECTORS ? 128 : 8;
    }

    /** data_offset for a member of {@code deviceSectors}. */
    static long dataOffset(long deviceSectors, int chunkSectors) {
        int chunkKib = chunkSectors / 2;
        long headRoom = MAX_HEAD_ROOM;
        while (headRoom * 1024 > deviceSectors && (chunkKib == 0 || headRoom / 2 >= 4L * chunkKib)) {
            headRoom /= 2;
        }
        return SuperblockLayout.roundUp(24 + bitmapRoom(deviceSectors) + headRoom, MIB_SECTORS);
    }

    /** Sectors a bitmap of so many bits takes. */
    static long bitmapSectors(long bits) {
        return SuperblockLayout.roundUp(256 + Math.ceilDiv(bits, 8), 4096) / SuperblockLayout.SECTOR_BYTES;
    }

    /** Whether a bitmap with this chunk fits; mdadm reckons with one bit more than there are. */
    static boolean bitmapFits(long syncSectors, long chunkBytes, long roomSectors) {
        return bits(syncSectors, chunkBytes) + 1 <= (roomSectors * SuperblockLayout.SECTOR_BYTES - 256) * 8;
    }

    /** What one bit covers unless it is asked for: 64 MiB, doubled until the bitmap fits. */
    static long bitmapChunkBytes(long syncSectors, long roomSectors) {
        long chunk = DEFAULT_BITMAP_CHUNK_BYTES;
        while (!bitmapFits(syncSectors, chunk, roomSectors)) {
            chunk *= 2;
        }
        return chunk;
    }

    static long bits(long syncSectors, long chunkBytes) {
        return Math.ceilDiv(syncSectors, chunkBytes / SuperblockLayout.SECTOR_BYTES);
    }

    /** The bad-block log's place, from the superblock's sector, behind a bitmap or the room for one. */
    static int badBlockOffset(long componentSectors, long bitmapSectors) {
        return BITMAP_OFFSET + (int) (bitmapSectors > 0 ? bitmapSectors : bitmapRoom(componentSectors));
    }
}
