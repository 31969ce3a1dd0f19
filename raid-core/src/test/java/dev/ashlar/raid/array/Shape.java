package dev.ashlar.raid.array;

import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.bitmap.BitmapHeader;
import dev.ashlar.raid.bitmap.WriteIntentBitmap;
import dev.ashlar.raid.layout.MirrorGeometry;
import dev.ashlar.raid.superblock.ArrayFields;
import dev.ashlar.raid.superblock.Features;
import dev.ashlar.raid.superblock.MemberFields;
import dev.ashlar.raid.superblock.Roles;
import dev.ashlar.raid.superblock.Superblock;
import dev.ashlar.raid.superblock.SuperblockIo;
import java.io.IOException;
import java.util.List;
import java.util.UUID;

/**
 * The geometry of an array for tests, and how it comes onto blank disks: by the format's rules, not by the product's
 * creator, so that odd sizes can be had.
 *
 * @param bitmapChunkBytes 0 for policy resync
 * @param componentBytes a multiple of the chunk; RAID 0 uses all of each disk
 */
record Shape(RaidLevel level, int layout, int raidDisks, int chunkBytes, long componentBytes, long bitmapChunkBytes) {
    private static final long DATA_SECTORS_AT = 512;
    private static final int BITMAP_AT = 8;
    private static final int BAD_BLOCKS_AT = 264;

    /** A disk that holds the component and nothing behind it. */
    long diskBytes() {
        return DATA_SECTORS_AT * 512 + componentBytes;
    }

    /** Writes superblocks and bitmaps of a clean array of zeroes. */
    void create(TestArray array, List<Integer> disks, String name) throws IOException {
        long size = level == RaidLevel.RAID0 ? 0 : componentBytes / 512;
        UUID uuid = new UUID(array.random.nextLong(), array.random.nextLong());
        int[] roles = new int[raidDisks];
        for (int i = 0; i < raidDisks; i++) {
            roles[i] = i;
        }
        int features = bitmapChunkBytes > 0 ? Features.BITMAP_OFFSET
                : level == RaidLevel.RAID0 && layout > 0 ? Features.RAID0_LAYOUT : 0;
        ArrayFields fields = new ArrayFields(uuid, name, 1_700_000_000, level, layout, size,
                level == RaidLevel.RAID1 ? 0 : chunkBytes / 512, raidDisks, features, bitmapChunkBytes > 0 ? BITMAP_AT : 0,
                1_700_000_000, level == RaidLevel.RAID0 ? 0 : 1, ArrayFields.CLEAN, Roles.of(128, roles));
        for (int role = 0; role < disks.size(); role++) {
            MemberDevice device = array.device(disks.get(role));
            MemberFields own = new MemberFields(role, new UUID(array.random.nextLong(), array.random.nextLong()), 0,
                    DATA_SECTORS_AT, device.device().sizeBytes() / 512 - DATA_SECTORS_AT, 8, 0, 0, 0, 0, 8,
                    BAD_BLOCKS_AT, 0);
            if (bitmapChunkBytes > 0) {
                BitmapHeader header = BitmapHeader.fresh(uuid, syncSectors(), bitmapChunkBytes).withEvents(1);
                WriteIntentBitmap.create(header, false, (at, source, from, length) -> device.device()
                        .write((8 + BITMAP_AT) * 512 + at, source, from, length, true)).rewriteAll();
            }
            SuperblockIo.write(device.device(), new Superblock(2, fields, own));
        }
    }

    private long syncSectors() {
        return level == RaidLevel.RAID10
                ? MirrorGeometry.raid10(layout, raidDisks, chunkBytes / 512, componentBytes / 512).arrayBytes() / 512
                : componentBytes / 512;
    }
}
