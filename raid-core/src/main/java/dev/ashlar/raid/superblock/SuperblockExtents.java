package dev.ashlar.raid.superblock;

import dev.ashlar.raid.RaidLevel;
import java.util.ArrayList;
import java.util.List;

/** What a superblock says lies where on its member, and the check that none of it lies in another's place. */
public final class SuperblockExtents {
    /** The bitmap's length is in its own header; this is the least there can be. */
    private static final int MIN_BITMAP_SECTORS = 8;

    private SuperblockExtents() {}

    /** The sectors the superblock itself takes. */
    public static Extent superblock(Superblock superblock) {
        long sectors = Math.ceilDiv(superblock.encodedBytes(), SuperblockLayout.SECTOR_BYTES);
        return new Extent("the superblock", superblock.member().superOffset(), sectors);
    }

    /** The sectors that hold the array's data: {@code size} of them, at RAID 0 and on a journal all there are. */
    public static Extent data(Superblock superblock) {
        MemberFields member = superblock.member();
        boolean all = superblock.array().level() == RaidLevel.RAID0 || superblock.role() == Roles.JOURNAL;
        return new Extent("the data", member.dataOffset(), all ? member.dataSize() : superblock.array().sizeSectors());
    }

    /**
     * Bitmap, bad-block log and partial parity log, as far as the member has them.
     *
     * @param bitmapSectors length of the bitmap, 0 when it is not known
     */
    public static List<Extent> metadata(Superblock superblock, long bitmapSectors) {
        ArrayFields array = superblock.array();
        MemberFields member = superblock.member();
        long from = member.superOffset();
        List<Extent> extents = new ArrayList<>();
        if (array.hasPpl()) {
            extents.add(new Extent("the partial parity log", from + array.pplOffset(), array.pplSectors()));
        } else if (array.has(Features.BITMAP_OFFSET)) {
            extents.add(new Extent("the bitmap", from + array.bitmapOffset(),
                    Math.max(bitmapSectors, MIN_BITMAP_SECTORS)));
        }
        if (member.hasBadBlockLog()) {
            extents.add(new Extent("the bad-block log", from + member.badBlockOffset(), member.badBlockSectors()));
        }
        return extents;
    }

    /**
     * Checks that data, superblock and metadata lie on the device and apart.
     *
     * @throws SuperblockException with {@link Cause#METADATA_OVERLAPS}
     */
    static void check(Superblock superblock, long deviceSectors) throws SuperblockException {
        Extent own = superblock(superblock);
        Extent data = data(superblock);
        long dataEnd = superblock.minorVersion() == 0 ? superblock.member().superOffset() : deviceSectors;
        checkInside(new Extent("the data area", superblock.member().dataOffset(), superblock.member().dataSize()), 0,
                superblock.minorVersion() == 0 ? deviceSectors : dataEnd);
        checkInside(data, 0, dataEnd);
        checkApart(data, own);
        for (Extent extent : metadata(superblock, 0)) {
            checkInside(extent, 0, deviceSectors);
            checkApart(extent, own);
            checkApart(extent, data);
        }
    }

    /**
     * Checks that a bitmap of this length lies on the device and apart from everything else there.
     *
     * @param superblock with the bitmap's feature
     * @throws SuperblockException with {@link Cause#METADATA_OVERLAPS}
     */
    public static void checkBitmap(Superblock superblock, long bitmapSectors, long deviceSectors)
            throws SuperblockException {
        long start = superblock.member().superOffset() + superblock.array().bitmapOffset();
        Extent bitmap = new Extent("the bitmap", start, bitmapSectors);
        checkInside(bitmap, 0, deviceSectors);
        checkApart(bitmap, superblock(superblock));
        checkApart(bitmap, data(superblock));
        for (Extent extent : metadata(superblock, bitmapSectors)) {
            if (!extent.equals(bitmap)) {
                checkApart(bitmap, extent);
            }
        }
    }

    private static void checkInside(Extent extent, long from, long to) throws SuperblockException {
        if (extent.startSector() < from || extent.endSector() > to) {
            throw new SuperblockException(Cause.METADATA_OVERLAPS,
                    extent + " would lie outside the sectors " + from + " to " + (to - 1) + " it may use");
        }
    }

    private static void checkApart(Extent one, Extent other) throws SuperblockException {
        if (one.overlaps(other)) {
            throw new SuperblockException(Cause.METADATA_OVERLAPS, one + " overlaps " + other);
        }
    }
}
