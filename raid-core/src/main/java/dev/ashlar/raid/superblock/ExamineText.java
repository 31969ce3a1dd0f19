package dev.ashlar.raid.superblock;

import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.layout.LayoutNames;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A superblock for reading: in the lines and labels of {@code mdadm --examine}, or as named facts for JSON. */
public final class ExamineText {
    /** mdadm leaves sizes below this without their human form. */
    private static final long HUMAN_FROM_BYTES = 5000 << 10;

    /** What mdadm takes as used after a superblock when it tells the unused space. */
    private static final int SUPERBLOCK_ROOM_SECTORS = 72;

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.ENGLISH);

    private final Superblock superblock;
    private final ArrayFields array;
    private final MemberFields member;
    private final ZoneId zone;
    private final StringBuilder text = new StringBuilder();

    private ExamineText(Superblock superblock, ZoneId zone) {
        this.superblock = superblock;
        this.array = superblock.array();
        this.member = superblock.member();
        this.zone = zone;
    }

    /**
     * The lines mdadm prints for a member.
     *
     * @param name the member as the user knows it
     * @param zone for the times
     */
    public static String describe(String name, Superblock superblock, ZoneId zone) {
        ExamineText examine = new ExamineText(superblock, zone);
        examine.text.append(name).append(":\n");
        examine.identity();
        examine.sizes();
        examine.state();
        examine.role();
        return examine.text.toString();
    }

    /** The same facts with names in the style of JSON, numbers as {@code Long} or {@code Integer}, the rest as text. */
    public static Map<String, Object> facts(Superblock superblock) {
        ArrayFields array = superblock.array();
        MemberFields member = superblock.member();
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("version", superblock.version());
        facts.put("feature_map", superblock.features());
        facts.put("features", Features.names(superblock.features()));
        facts.put("array_uuid", MdText.uuid(array.setUuid()));
        facts.put("name", array.name());
        facts.put("creation_time", time(array.ctime()).toString());
        facts.put("level", array.level().toString());
        facts.put("layout", array.layout());
        facts.put("layout_name", layoutName(array));
        facts.put("raid_disks", array.raidDisks());
        facts.put("chunk_bytes", Integer.toUnsignedLong(array.chunkSectors()) * SuperblockLayout.SECTOR_BYTES);
        facts.put("size_sectors", array.sizeSectors());
        arrayBytes(superblock).ifPresent(bytes -> facts.put("array_bytes", bytes));
        facts.put("data_offset_sectors", member.dataOffset());
        facts.put("data_size_sectors", member.dataSize());
        facts.put("super_offset_sectors", member.superOffset());
        facts.put("device_uuid", MdText.uuid(member.deviceUuid()));
        facts.put("dev_number", Integer.toUnsignedLong(member.devNumber()));
        facts.put("role", Roles.word(superblock.role()));
        facts.put("roles", array.roles().toString());
        facts.put("clean", array.clean());
        if (!array.clean()) {
            facts.put("resync_offset_sectors", Long.toUnsignedString(array.resyncOffset()));
        }
        facts.put("update_time", time(array.utime()).toString());
        facts.put("events", Long.toUnsignedString(array.events()));
        facts.put("checksum", "%08x".formatted(superblock.checksum()));
        optionalFacts(superblock, facts);
        return facts;
    }

    private static void optionalFacts(Superblock superblock, Map<String, Object> facts) {
        ArrayFields array = superblock.array();
        MemberFields member = superblock.member();
        if (array.hasPpl()) {
            facts.put("ppl_offset_sectors", array.pplOffset());
            facts.put("ppl_sectors", array.pplSectors());
        } else if (array.has(Features.BITMAP_OFFSET)) {
            facts.put("bitmap_offset_sectors", array.bitmapOffset());
        }
        if (member.badBlockSectors() != 0) {
            facts.put("bad_block_log_offset_sectors", member.badBlockOffset());
            facts.put("bad_block_log_sectors", member.badBlockSectors());
        }
        if (member.has(Features.RECOVERY_OFFSET)) {
            facts.put("recovery_offset_sectors", Long.toUnsignedString(member.recoveryOffset()));
        }
        if (superblock.role() == Roles.JOURNAL) {
            facts.put("journal_tail_sectors", Long.toUnsignedString(member.recoveryOffset()));
        }
        if (array.has(Features.RESHAPE_ACTIVE)) {
            facts.put("reshape_position_sectors", Long.toUnsignedString(superblock.reshape().position()));
            facts.put("delta_disks", superblock.reshape().deltaDisks());
        }
        facts.put("write_mostly", member.writeMostly());
        facts.put("corrected_reads", Integer.toUnsignedLong(member.correctedReads()));
    }

    private void identity() {
        line("Magic", Integer.toHexString(SuperblockLayout.MAGIC));
        line("Version", superblock.version());
        line("Feature Map", "0x" + Integer.toHexString(superblock.features()));
        line("Array UUID", MdText.uuid(array.setUuid()));
        line("Name", array.name());
        line("Creation Time", TIME.format(time(array.ctime()).atZone(zone)));
        line("Raid Level", array.level().toString());
        line("Raid Devices", array.raidDisks());
        text.append('\n');
    }

    private void sizes() {
        line("Avail Dev Size", member.dataSize() + " sectors"
                + human(member.dataSize() * SuperblockLayout.SECTOR_BYTES));
        OptionalLong bytes = arrayBytes(superblock);
        if (array.level() != RaidLevel.RAID0 && bytes.isPresent()) {
            line("Array Size", bytes.getAsLong() / 1024 + " KiB" + human(bytes.getAsLong()));
        }
        if (array.sizeSectors() != 0 && array.sizeSectors() != member.dataSize()) {
            line("Used Dev Size", array.sizeSectors() + " sectors"
                    + human(array.sizeSectors() * SuperblockLayout.SECTOR_BYTES));
        }
        if (member.dataOffset() != 0) {
            line("Data Offset", member.dataOffset() + " sectors");
        }
        if (member.has(Features.NEW_OFFSET)) {
            line("New Offset", member.dataOffset() + member.newOffset() + " sectors");
        }
        line("Super Offset", member.superOffset() + " sectors");
        if (member.has(Features.RECOVERY_OFFSET)) {
            line("Recovery Offset", Long.toUnsignedString(member.recoveryOffset()) + " sectors");
        }
        if (!array.has(Features.RESHAPE_ACTIVE)) {
            line("Unused Space", unusedSpace());
        }
    }

    private void state() {
        line("State", array.clean() ? "clean" : "active");
        line("Device UUID", MdText.uuid(member.deviceUuid()));
        text.append('\n');
        if (array.hasPpl()) {
            line("PPL", array.pplSectors() + " sectors at offset " + array.pplOffset() + " sectors from superblock");
        } else if (array.has(Features.BITMAP_OFFSET)) {
            line("Internal Bitmap", array.bitmapOffset() + " sectors from superblock");
        }
        if (array.has(Features.RESHAPE_ACTIVE)) {
            reshape();
        }
        if (member.devFlags() != 0) {
            line("Flags", (member.writeMostly() ? "write-mostly " : "")
                    + ((member.devFlags() & 2) != 0 ? "failfast " : ""));
        }
        line("Update Time", TIME.format(time(array.utime()).atZone(zone)));
        if (member.hasBadBlockLog()) {
            line("Bad Block Log", member.badBlockSectors() * SuperblockLayout.SECTOR_BYTES / Long.BYTES
                    + " entries available at offset " + member.badBlockOffset() + " sectors"
                    + (member.has(Features.BAD_BLOCKS) ? " - bad blocks present." : ""));
        }
        line("Checksum", Integer.toHexString(superblock.checksum()) + " - correct");
        line("Events", Long.toUnsignedString(array.events()));
        text.append('\n');
    }

    private void reshape() {
        Reshape reshape = superblock.reshape();
        // In KiB of the array, as mdadm gives it; the field counts sectors.
        line("Reshape pos'n", Long.toUnsignedString(reshape.position() >>> 1)
                + human(reshape.position() * SuperblockLayout.SECTOR_BYTES));
        if (reshape.deltaDisks() != 0) {
            line("Delta Devices", reshape.deltaDisks() + " (" + (array.raidDisks() - reshape.deltaDisks()) + "->"
                    + array.raidDisks() + ")");
        }
        if (reshape.newLevel() != array.level().number()) {
            line("New Level", "raid" + reshape.newLevel());
        }
        if (reshape.newLayout() != array.layout()) {
            line("New Layout", reshape.newLayout());
        }
        if (reshape.newChunkSectors() != array.chunkSectors()) {
            line("New Chunksize", chunk(reshape.newChunkSectors()));
        }
        text.append('\n');
    }

    private void role() {
        String layout = layoutName(array);
        if (!layout.isEmpty()) {
            line("Layout", layout);
        }
        if (array.chunkSectors() != 0) {
            line("Chunk Size", chunk(array.chunkSectors()));
        }
        text.append('\n');
        int role = superblock.role();
        label("Device Role");
        text.append(switch (role) {
            case Roles.JOURNAL -> "Journal";
            case Roles.FAULTY -> "Faulty";
            case Roles.SPARE -> "spare";
            default -> (member.has(Features.REPLACEMENT) ? "Replacement" : "Active") + " device " + role;
        }).append('\n');
        label("Array State");
        text.append(IntStream.range(0, array.raidDisks()).mapToObj(this::holders).collect(Collectors.joining()))
                .append(" ('A' == active, '.' == missing, 'R' == replacing)\n");
    }

    private String holders(int role) {
        long holders = array.roles().numbersOf(role).count();
        return holders == 0 ? "." : holders == 1 ? "A" : "R";
    }

    /** Sectors nobody uses before the data, and after them up to whatever comes next. */
    private String unusedSpace() {
        List<Extent> metadata = SuperblockExtents.metadata(superblock, 0);
        long used = SuperblockExtents.data(superblock).sectors();
        if (superblock.minorVersion() == 0) {
            long next = metadata.stream().mapToLong(Extent::startSector).reduce(member.superOffset(), Math::min);
            long after = next - member.dataOffset() - used;
            return "before=" + member.dataOffset() + " sectors, after=" + after + " sectors";
        }
        long last = metadata.stream().mapToLong(Extent::endSector)
                .reduce(member.superOffset() + SUPERBLOCK_ROOM_SECTORS, Math::max);
        return "before=" + (member.dataOffset() - last) + " sectors, after=" + (member.dataSize() - used) + " sectors";
    }

    /** mdadm spells RAID 10 layouts out, and passes over one of RAID 0 that does not count. */
    private static String layoutName(ArrayFields array) {
        if (array.level() == RaidLevel.RAID0 && !array.has(Features.RAID0_LAYOUT)) {
            return "";
        }
        String name = LayoutNames.name(array.level(), array.layout());
        if (array.level() != RaidLevel.RAID10) {
            return name;
        }
        return name.isEmpty() ? "0x" + Integer.toHexString(array.layout())
                : switch (name.charAt(0)) {
                    case 'n' -> "near=" + name.substring(1);
                    case 'f' -> "far=" + name.substring(1);
                    default -> "offset=" + name.substring(1);
                };
    }

    private static OptionalLong arrayBytes(Superblock superblock) {
        return superblock.array().level() == RaidLevel.RAID0
                ? OptionalLong.empty()
                : ArrayShape.arrayBytes(superblock.array(), new long[0]);
    }

    private static String chunk(int sectors) {
        return Integer.toUnsignedLong(sectors) / 2 + "K";
    }

    /** " (7.00 MiB 7.34 MB)" and so on; nothing for small sizes. */
    static String human(long bytes) {
        if (bytes < HUMAN_FROM_BYTES) {
            return "";
        }
        String units = bytes < 2L << 30 ? "M" : bytes < 2L << 40 ? "G" : "T";
        int power = "MGT".indexOf(units) + 2;
        return String.format(Locale.ROOT, " (%.2f %siB %.2f %sB)", bytes / Math.pow(1024, power), units,
                bytes / Math.pow(1000, power), units);
    }

    private static Instant time(long raw) {
        return Instant.ofEpochSecond(MdText.seconds(raw));
    }

    private void line(String label, Object value) {
        label(label);
        text.append(value).append('\n');
    }

    private void label(String label) {
        // mdadm aligns the colons, all but those of the last two lines, which are one column further left.
        int width = label.startsWith("Device Role") || label.startsWith("Array State") ? 14 : 15;
        text.repeat(' ', Math.max(0, width - label.length())).append(label).append(" : ");
    }
}
