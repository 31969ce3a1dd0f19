package dev.ashlar.interop;

import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.bitmap.BitmapHeader;
import dev.ashlar.raid.bitmap.BitmapLayout;
import dev.ashlar.raid.superblock.ExamineText;
import dev.ashlar.raid.superblock.Features;
import dev.ashlar.raid.superblock.MdText;
import dev.ashlar.raid.superblock.Superblock;
import dev.ashlar.raid.superblock.SuperblockException;
import dev.ashlar.raid.superblock.SuperblockLayout;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A member image as Ashlar reads it, for a comparison with what mdadm says about it.
 *
 * @param superblock its superblock
 * @param bitmap the header of its bitmap, or null
 * @param dirtyBits how many bits of the bitmap are set
 */
record ExaminedMember(Superblock superblock, BitmapHeader bitmap, int dirtyBits) {

    /** Reads an image: the superblock wherever a version has it, and the bitmap it names. */
    static ExaminedMember read(Path image) throws IOException {
        try (FileChannel channel = FileChannel.open(image)) {
            Superblock superblock = readSuperblock(channel);
            if (!superblock.array().has(Features.BITMAP_OFFSET)) {
                return new ExaminedMember(superblock, null, 0);
            }
            long sector = superblock.member().superOffset() + superblock.array().bitmapOffset();
            BitmapHeader header = BitmapHeader.decode(read(channel, sector, BitmapLayout.HEADER_BYTES), 0);
            MemorySegment all = read(channel, sector, (int) header.lengthBytes());
            int dirty = 0;
            for (int bit = 0; bit < header.bits(); bit++) {
                dirty += all.get(ValueLayout.JAVA_BYTE, BitmapLayout.HEADER_BYTES + (bit >> 3)) >> (bit & 7) & 1;
            }
            return new ExaminedMember(superblock, header, dirty);
        }
    }

    private static Superblock readSuperblock(FileChannel channel) throws IOException {
        long sectors = channel.size() / SuperblockLayout.SECTOR_BYTES;
        SuperblockException last = null;
        for (int minor = 2; minor >= 0; minor--) {
            long sector = SuperblockLayout.superblockSector(minor, sectors);
            try {
                return Superblock.decode(read(channel, sector, SuperblockLayout.MAX_BYTES), 0, minor, sectors);
            } catch (SuperblockException e) {
                last = e;
            }
        }
        throw last;
    }

    private static MemorySegment read(FileChannel channel, long sector, int lengthBytes) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(lengthBytes);
        channel.read(bytes, sector * SuperblockLayout.SECTOR_BYTES);
        return MemorySegment.ofBuffer(bytes.clear());
    }

    /**
     * Compares what {@code ashlar examine} and {@code mdadm --examine} say, label by label in both directions.
     *
     * @return how many labels agree
     * @throws AssertionError that names the first label that does not
     */
    int compare(ExamineReport report) {
        String text = ExamineText.describe("member", superblock, ZoneOffset.UTC);
        Map<String, String> ours = new LinkedHashMap<>(ExamineReport.parse(text).fields());
        Map<String, String> mdadm = new LinkedHashMap<>(report.fields());
        mdadm.computeIfPresent("Name", (_, name) -> name.replaceAll(" +\\(local to host .*\\)$", ""));
        if (superblock.array().level() == RaidLevel.RAID10) {
            // mdadm counts what an odd number of members leaves over of a row, too.
            ours.put("Array Size", mdadmRaid10Kib() + " KiB");
            mdadm.computeIfPresent("Array Size", (_, size) -> size.replaceAll(" +\\(.*\\)$", ""));
        }
        return compare(ours, mdadm);
    }

    private long mdadmRaid10Kib() {
        int layout = superblock.array().layout();
        long copies = (layout & 0xff) * (layout >>> 8 & 0xff);
        return superblock.array().sizeSectors() * superblock.array().raidDisks() / copies / 2;
    }

    /** The same for {@code mdadm --examine-bitmap}. */
    int compareBitmap(ExamineReport report) {
        Map<String, String> said = new LinkedHashMap<>(report.fields());
        said.computeIfPresent("Sync Size", (_, size) -> size.replaceAll(" +\\(.*\\)$", ""));
        return compare(bitmapFields(), said);
    }

    private Map<String, String> bitmapFields() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("Magic", Integer.toHexString(BitmapLayout.MAGIC));
        fields.put("Version", Integer.toString(BitmapLayout.VERSION));
        fields.put("UUID", MdText.uuid(bitmap.uuid()));
        fields.put("Events", Long.toUnsignedString(bitmap.events()));
        fields.put("Events Cleared", Long.toUnsignedString(bitmap.eventsCleared()));
        fields.put("State", bitmap.state() == 0 ? "OK" : "not OK");
        fields.put("Chunksize", size(bitmap.chunkBytes() / 1024));
        fields.put("Daemon", bitmap.daemonSleepSeconds() + "s flush period");
        fields.put("Write Mode", bitmap.writeBehind() == 0 ? "Normal" : "Allow write behind");
        fields.put("Sync Size", Long.toString(bitmap.syncSizeSectors() / 2));
        BigDecimal percent = new BigDecimal(100.0 * dirtyBits / bitmap.bits()).setScale(1, RoundingMode.HALF_EVEN);
        fields.put("Bitmap", bitmap.bits() + " bits (chunks), " + dirtyBits + " dirty (" + percent + "%)");
        return fields;
    }

    private static String size(long kib) {
        return kib < 1024 ? kib + " KB" : kib / 1024 + " MB";
    }

    private static int compare(Map<String, String> ours, Map<String, String> mdadm) {
        for (Map.Entry<String, String> field : mdadm.entrySet()) {
            String value = ours.get(field.getKey());
            if (!field.getValue().equals(value)) {
                throw new AssertionError(
                        field.getKey() + ": mdadm says \"" + field.getValue() + "\", Ashlar \"" + value + "\"");
            }
        }
        for (String label : ours.keySet()) {
            if (!mdadm.containsKey(label)) {
                throw new AssertionError(label + ": mdadm says nothing, Ashlar \"" + ours.get(label) + "\"");
            }
        }
        return ours.size();
    }
}
