package dev.ashlar.interop;

import static java.util.stream.Collectors.joining;

import dev.ashlar.raid.layout.LayoutNames;
import dev.ashlar.raid.superblock.ArrayFields;
import dev.ashlar.raid.superblock.Extent;
import dev.ashlar.raid.superblock.Features;
import dev.ashlar.raid.superblock.MdText;
import dev.ashlar.raid.superblock.MemberFields;
import dev.ashlar.raid.superblock.Roles;
import dev.ashlar.raid.superblock.Superblock;
import dev.ashlar.raid.superblock.SuperblockExtents;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Says about a superblock that Ashlar has read what {@code mdadm --examine} says about its member: every label that mdadm
 * 4.2 prints for an array that is not being reshaped. Times are UTC.
 */
final class ExamineTwin {
    private static final DateTimeFormatter C_TIME =
            DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.ENGLISH);
    private static final int BAD_BLOCK_ENTRIES_PER_SECTOR = 64;
    /** The kernel uses nothing of a member's first sectors after the superblock for less than this. */
    private static final int KEPT_FREE_SECTORS = 72;

    private final Superblock superblock;
    private final ArrayFields array;
    private final MemberFields member;
    private final long bitmapSectors;
    private final Map<String, String> says = new LinkedHashMap<>();

    /** @param bitmapSectors length of the bitmap, 0 without one */
    private ExamineTwin(Superblock superblock, long bitmapSectors) {
        this.superblock = superblock;
        this.array = superblock.array();
        this.member = superblock.member();
        this.bitmapSectors = bitmapSectors;
    }

    /** The labels, with mdadm's words for their values; remarks in brackets are left out. */
    static Map<String, String> of(Superblock superblock, long bitmapSectors) {
        ExamineTwin twin = new ExamineTwin(superblock, bitmapSectors);
        twin.sayArray();
        twin.saySizes();
        twin.sayState();
        twin.sayGeometry();
        return twin.says;
    }

    private void sayArray() {
        says.put("Magic", "a92b4efc");
        says.put("Version", superblock.version());
        says.put("Feature Map", "0x" + Integer.toHexString(superblock.features()));
        says.put("Array UUID", MdText.uuid(array.setUuid()));
        says.put("Name", array.name());
        says.put("Creation Time", time(array.ctime()));
        says.put("Raid Level", array.level().toString());
        says.put("Raid Devices", Integer.toString(array.raidDisks()));
    }

    private void saySizes() {
        says.put("Avail Dev Size", sectors(member.dataSize()));
        if (array.sizeSectors() != 0) {
            says.put("Array Size", arraySectors() / 2 + " KiB");
            if (array.sizeSectors() != member.dataSize()) {
                says.put("Used Dev Size", sectors(array.sizeSectors()));
            }
        }
        if (member.dataOffset() != 0) {
            says.put("Data Offset", sectors(member.dataOffset()));
        }
        says.put("Super Offset", sectors(member.superOffset()));
        if (member.has(Features.RECOVERY_OFFSET)) {
            says.put("Recovery Offset", sectors(member.recoveryOffset()));
        }
        says.put("Unused Space", "before=" + sectors(unusedBefore()) + ", after=" + sectors(unusedAfter()));
    }

    private void sayState() {
        says.put("State", array.clean() ? "clean" : "active");
        says.put("Device UUID", MdText.uuid(member.deviceUuid()));
        if (array.hasPpl()) {
            says.put("PPL", sectors(array.pplSectors()) + " at offset " + sectors(array.pplOffset())
                    + " from superblock");
        } else if (array.has(Features.BITMAP_OFFSET)) {
            says.put("Internal Bitmap", sectors(array.bitmapOffset()) + " from superblock");
        }
        says.put("Update Time", time(array.utime()));
        if (member.badBlockSectors() != 0) {
            says.put("Bad Block Log", member.badBlockSectors() * BAD_BLOCK_ENTRIES_PER_SECTOR
                    + " entries available at offset " + sectors(member.badBlockOffset())
                    + (member.has(Features.BAD_BLOCKS) ? " - bad blocks present." : ""));
        }
        says.put("Checksum", Integer.toHexString(superblock.checksum()) + " - correct");
        says.put("Events", Long.toUnsignedString(array.events()));
    }

    private void sayGeometry() {
        String layout = layout();
        if (!layout.isEmpty()) {
            says.put("Layout", layout);
        }
        if (array.chunkSectors() != 0) {
            says.put("Chunk Size", array.chunkSectors() / 2 + "K");
        }
        says.put("Device Role", role());
        says.put("Array State", IntStream.range(0, array.raidDisks()).mapToObj(this::slot).collect(joining()));
    }

    private long arraySectors() {
        long size = array.sizeSectors();
        int disks = array.raidDisks();
        return switch (array.level()) {
            case RAID0, RAID1 -> size;
            case RAID4, RAID5, RAID6 -> size * (disks - array.level().parityDisks());
            case RAID10 -> size * disks / (array.layout() & 0xff) / (array.layout() >>> 8 & 0xff);
        };
    }

    private String layout() {
        return switch (array.level()) {
            case RAID0 -> array.has(Features.RAID0_LAYOUT) ? LayoutNames.name(array.level(), array.layout()) : "";
            case RAID10 -> raid10Layout();
            case RAID1, RAID4, RAID5, RAID6 -> LayoutNames.name(array.level(), array.layout());
        };
    }

    private String raid10Layout() {
        int near = array.layout() & 0xff;
        int far = array.layout() >>> 8 & 0xff;
        return near > 1 ? "near=" + near : (array.layout() >>> 16 == 0 ? "far=" : "offset=") + far;
    }

    private long unusedBefore() {
        if (superblock.minorVersion() == 0) {
            return member.dataOffset();
        }
        long end = member.superOffset() + KEPT_FREE_SECTORS;
        for (Extent extent : SuperblockExtents.metadata(superblock, bitmapSectors)) {
            end = Math.max(end, extent.endSector());
        }
        return member.dataOffset() - end;
    }

    private long unusedAfter() {
        Extent data = SuperblockExtents.data(superblock);
        if (superblock.minorVersion() != 0) {
            return member.dataOffset() + member.dataSize() - data.endSector();
        }
        long start = member.superOffset();
        for (Extent extent : SuperblockExtents.metadata(superblock, bitmapSectors)) {
            start = Math.min(start, extent.startSector());
        }
        return start - data.endSector();
    }

    private String role() {
        int role = superblock.role();
        if (!Roles.isActive(role)) {
            return role == Roles.JOURNAL ? "Journal" : "spare";
        }
        return (member.has(Features.REPLACEMENT) ? "Replacement" : "Active") + " device " + role;
    }

    private String slot(int role) {
        List<String> letters = List.of(".", "A", "R");
        return letters.get((int) Math.min(array.roles().numbersOf(role).count(), 2));
    }

    private static String sectors(long count) {
        return count + " sectors";
    }

    private static String time(long raw) {
        return C_TIME.format(Instant.ofEpochSecond(MdText.seconds(raw)).atOffset(ZoneOffset.UTC));
    }
}
