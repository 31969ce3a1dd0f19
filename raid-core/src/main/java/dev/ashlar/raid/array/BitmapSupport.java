package dev.ashlar.raid.array;

import dev.ashlar.raid.ArrayRefusedException;
import dev.ashlar.raid.MemberState;
import dev.ashlar.raid.OpenOptions;
import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.bitmap.BitmapHeader;
import dev.ashlar.raid.bitmap.BitmapLayout;
import dev.ashlar.raid.bitmap.WriteIntentBitmap;
import dev.ashlar.raid.engine.Engine;
import dev.ashlar.raid.engine.RoleTable;
import dev.ashlar.raid.member.Member;
import dev.ashlar.raid.superblock.ArrayFields;
import dev.ashlar.raid.superblock.Features;
import dev.ashlar.raid.superblock.Superblock;
import dev.ashlar.raid.superblock.SuperblockExtents;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Finds an array's write-intent bitmap on its members. */
final class BitmapSupport {
    private BitmapSupport() {}

    /**
     * The bitmap as one in-sync member has it, or null if the array has none.
     *
     * @throws ArrayRefusedException if it cannot be used, and the array would be written
     */
    static WriteIntentBitmap load(
            ArrayCore core, RoleTable table, Engine engine, boolean dirty, OpenOptions options) throws IOException {
        ArrayFields fields = core.fields();
        if (!fields.has(Features.BITMAP_OFFSET)) {
            return null;
        }
        Member source = inSync(table);
        long at = (source.fields().superOffset() + fields.bitmapOffset()) * 512;
        long syncSectors = engine.syncBytes() / 512;
        try (Arena arena = Arena.ofConfined()) {
            BitmapHeader header;
            boolean trusted;
            try {
                MemorySegment first = arena.allocate(BitmapLayout.PAGE_BYTES, 8);
                source.device().read(at, first, 0, first.byteSize());
                header = BitmapHeader.decode(first, 0);
                header.requireUuid(fields.setUuid());
                trusted = header.trustedBeside(fields.events());
                header = header.withSyncSizeSectors(bitmapSectors(fields, syncSectors));
                requireRoom(core, table, header.lengthBytes() / 512);
            } catch (ArrayRefusedException e) {
                return unusable(core, syncSectors, e, dirty, options);
            }
            MemorySegment bytes = arena.allocate(header.lengthBytes(), 8);
            source.device().read(at, bytes, 0, bytes.byteSize());
            return WriteIntentBitmap.load(header, bytes, dirty, trusted, core::storeBitmap);
        }
    }

    /** How long the bitmap is says its header only; it is read and written on every member. */
    private static void requireRoom(ArrayCore core, RoleTable table, long bitmapSectors) throws ArrayRefusedException {
        for (Member member : table.present()) {
            SuperblockExtents.checkBitmap(new Superblock(core.minorVersion, core.fields(), member.fields()),
                    bitmapSectors, member.device().sizeBytes() / 512);
        }
    }

    /** The bitmap covers the component, for RAID 10 the array. */
    private static long bitmapSectors(ArrayFields fields, long syncSectors) {
        return fields.level() == RaidLevel.RAID10 ? syncSectors : fields.sizeSectors();
    }

    private static WriteIntentBitmap unusable(
            ArrayCore core, long syncSectors, ArrayRefusedException why, boolean dirty, OpenOptions options)
            throws ArrayRefusedException {
        if (options.readOnly()) {
            return null;
        }
        if (!options.force()) {
            throw new ArrayRefusedException("array " + core.name + ": its bitmap cannot be used: " + why.getMessage()
                    + "; --force takes everything as dirty, --read-only can read it");
        }
        ArrayFields fields = core.fields();
        BitmapHeader fresh = BitmapHeader.fresh(fields.setUuid(), bitmapSectors(fields, syncSectors),
                smallestChunk(bitmapSectors(fields, syncSectors) * 512));
        return WriteIntentBitmap.load(fresh, MemorySegment.ofArray(new byte[(int) fresh.lengthBytes()]), dirty, false,
                core::storeBitmap);
    }

    /** A bitmap of one page always has room. */
    private static long smallestChunk(long syncBytes) {
        long chunk = 64L << 20;
        while (Math.ceilDiv(syncBytes, chunk) > (BitmapLayout.PAGE_BYTES - 256) * 8L) {
            chunk *= 2;
        }
        return chunk;
    }

    private static Member inSync(RoleTable table) throws ArrayRefusedException {
        for (Member member : table.present()) {
            if (member.state() == MemberState.IN_SYNC) {
                return member;
            }
        }
        throw new ArrayRefusedException("no member in sync holds the bitmap");
    }
}
