package dev.ashlar.raid.superblock;

import static dev.ashlar.raid.superblock.SuperblockLayout.U32;
import static dev.ashlar.raid.superblock.SuperblockLayout.U64;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.raid.ArrayRefusedException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * Says where Ashlar's own areas lie on a member. Two slots of 4 KiB at byte 2 MiB are written in turn, so that one of
 * them is always whole; md knows nothing of them, and a member without them is a plain md member.
 *
 * <pre>
 *    0               8       12      16              24
 *    +---------------+-------+-------+---------------+
 *   0| "AshlarHd"    |version| 0     | sequence      |
 *    +---------------+-------+-------+---------------+
 *  24| set_uuid                      |
 *    +-------------------------------+
 *  40| device_uuid                   |
 *    +---------------+---------------+
 *  56| integrity at  | integrity len |   bytes of the member
 *  72| log at        | log length    |
 *    +---------------+---------------+
 *  88| segment length|
 *    +---------------+---------------+-------+
 *  96| events        | utime         |sb_csum|   md's superblock as last seen
 *    +---------------+---------------+-------+
 * 116| 0 ...                                      4092| CRC-32C of the 4092 bytes before
 * </pre>
 *
 * @param sequence raised by every write; the slot is {@code sequence & 1}
 * @param setUuid of the array
 * @param deviceUuid of the member, so that a copied header is not believed
 * @param areas where the areas lie
 * @param events the superblock's events when the header was written
 * @param utime its utime
 * @param superblockChecksum its sb_csum
 */
public record AshlarHeader(
        long sequence,
        UUID setUuid,
        UUID deviceUuid,
        ReservedAreas areas,
        long events,
        long utime,
        int superblockChecksum) {
    /** Where the first slot lies on the member. */
    public static final long OFFSET_BYTES = 2 << 20;

    /** Bytes of a slot; the second follows the first. */
    public static final int SLOT_BYTES = 4096;

    /** The version this class writes, and the only one it reads. */
    public static final int VERSION = 1;

    private static final long MAGIC = 0x6448_7261_6c68_7341L;
    private static final int VERSION_AT = 8;
    private static final int SEQUENCE_AT = 16;
    private static final int SET_UUID_AT = 24;
    private static final int DEVICE_UUID_AT = 40;
    private static final int INTEGRITY_AT = 56;
    private static final int LOG_AT = 72;
    private static final int SEGMENT_AT = 88;
    private static final int EVENTS_AT = 96;
    private static final int UTIME_AT = 104;
    private static final int SUPERBLOCK_CHECKSUM_AT = 112;
    private static final int CRC_AT = SLOT_BYTES - 4;

    /** Checks for nulls. */
    public AshlarHeader {
        Objects.requireNonNull(setUuid, "setUuid");
        Objects.requireNonNull(deviceUuid, "deviceUuid");
        Objects.requireNonNull(areas, "areas");
    }

    /** The header of a member that is just being made. */
    public static AshlarHeader first(Superblock superblock, ReservedAreas areas) {
        return new AshlarHeader(0, superblock.array().setUuid(), superblock.member().deviceUuid(), areas, 0, 0, 0)
                .next(superblock);
    }

    /** The header to write next, beside the given superblock. */
    public AshlarHeader next(Superblock superblock) {
        return new AshlarHeader(sequence + 1, setUuid, deviceUuid, areas, superblock.array().events(),
                superblock.array().utime(), superblock.checksum());
    }

    /** Whether md's superblock is still the one this header was written beside. */
    public boolean sawLast(Superblock superblock) {
        return events == superblock.array().events()
                && utime == superblock.array().utime()
                && superblockChecksum == superblock.checksum();
    }

    /**
     * The newer valid header of a member; empty if it has none.
     *
     * @throws ArrayRefusedException if it has one of a version this program does not know
     */
    public static Optional<AshlarHeader> read(BlockDevice device) throws IOException {
        if (device.sizeBytes() < OFFSET_BYTES + 2 * SLOT_BYTES) {
            return Optional.empty();
        }
        MemorySegment slots = MemorySegment.ofArray(new byte[2 * SLOT_BYTES]);
        device.read(OFFSET_BYTES, slots, 0, slots.byteSize());
        Optional<AshlarHeader> first = decode(slots, 0);
        Optional<AshlarHeader> second = decode(slots, SLOT_BYTES);
        if (first.isPresent() && second.isPresent()) {
            boolean firstIsNewer = first.get().sequence - second.get().sequence > 0;
            return firstIsNewer ? first : second;
        }
        return first.or(() -> second);
    }

    /**
     * Writes the header to its slot, durably when this returns. The caller has made sure by {@link #conflict} that
     * nothing of md's lies there.
     */
    public void write(BlockDevice device) throws IOException {
        MemorySegment slot = MemorySegment.ofArray(new byte[SLOT_BYTES]);
        encode(slot, 0);
        device.write(OFFSET_BYTES + (sequence & 1) * SLOT_BYTES, slot, 0, SLOT_BYTES, true);
    }

    /**
     * Zeroes both slots if one of them looks like a header of any version, so that no later header is taken for old.
     */
    static void erase(BlockDevice device) throws IOException {
        if (device.sizeBytes() < OFFSET_BYTES + 2 * SLOT_BYTES) {
            return;
        }
        MemorySegment slots = MemorySegment.ofArray(new byte[2 * SLOT_BYTES]);
        device.read(OFFSET_BYTES, slots, 0, slots.byteSize());
        if (slots.get(U64, 0) == MAGIC || slots.get(U64, SLOT_BYTES) == MAGIC) {
            device.write(OFFSET_BYTES, slots.fill((byte) 0), 0, slots.byteSize(), false);
        }
    }

    /** Writes a slot: {@link #SLOT_BYTES} of {@code target} from {@code offset}. */
    public void encode(MemorySegment target, long offset) {
        MemorySegment slot = target.asSlice(offset, SLOT_BYTES);
        slot.fill((byte) 0);
        slot.set(U64, 0, MAGIC);
        slot.set(U32, VERSION_AT, VERSION);
        slot.set(U64, SEQUENCE_AT, sequence);
        SuperblockEncoder.putUuid(slot, SET_UUID_AT, setUuid);
        SuperblockEncoder.putUuid(slot, DEVICE_UUID_AT, deviceUuid);
        slot.set(U64, INTEGRITY_AT, areas.integrityOffsetBytes());
        slot.set(U64, INTEGRITY_AT + 8, areas.integrityBytes());
        slot.set(U64, LOG_AT, areas.logOffsetBytes());
        slot.set(U64, LOG_AT + 8, areas.logBytes());
        slot.set(U64, SEGMENT_AT, areas.segmentBytes());
        slot.set(U64, EVENTS_AT, events);
        slot.set(U64, UTIME_AT, utime);
        slot.set(U32, SUPERBLOCK_CHECKSUM_AT, superblockChecksum);
        slot.set(U32, CRC_AT, crc(slot));
    }

    /**
     * Reads a slot; empty if it holds no whole header.
     *
     * @throws ArrayRefusedException if it holds one of another version
     */
    public static Optional<AshlarHeader> decode(MemorySegment source, long offset) throws ArrayRefusedException {
        MemorySegment slot = source.asSlice(offset, SLOT_BYTES);
        if (slot.get(U64, 0) != MAGIC || slot.get(U32, CRC_AT) != crc(slot)) {
            return Optional.empty();
        }
        int version = slot.get(U32, VERSION_AT);
        if (version != VERSION) {
            throw new ArrayRefusedException("the Ashlar header has version " + Integer.toUnsignedString(version)
                    + ", this program knows " + VERSION);
        }
        ReservedAreas areas = new ReservedAreas(slot.get(U64, INTEGRITY_AT), slot.get(U64, INTEGRITY_AT + 8),
                slot.get(U64, LOG_AT), slot.get(U64, LOG_AT + 8), slot.get(U64, SEGMENT_AT));
        return Optional.of(new AshlarHeader(slot.get(U64, SEQUENCE_AT), SuperblockEncoder.getUuid(slot, SET_UUID_AT),
                SuperblockEncoder.getUuid(slot, DEVICE_UUID_AT), areas, slot.get(U64, EVENTS_AT),
                slot.get(U64, UTIME_AT), slot.get(U32, SUPERBLOCK_CHECKSUM_AT)));
    }

    /**
     * Why the areas must be given up, never written again: mdadm may have moved the data or made a bitmap where they
     * lie, or the header was copied from elsewhere. Empty if all is well.
     *
     * @param bitmapSectors length of the bitmap, 0 when there is none
     */
    public Optional<String> conflict(Superblock superblock, long bitmapSectors) {
        if (!setUuid.equals(superblock.array().setUuid()) || !deviceUuid.equals(superblock.member().deviceUuid())) {
            return Optional.of("the header is that of another member");
        }
        if (!areasMakeSense()) {
            return Optional.of("the header's areas make no sense: " + areas);
        }
        long end = dataStart(superblock);
        List<Extent> own = List.of(
                extent("the Ashlar header", OFFSET_BYTES, 2L * SLOT_BYTES),
                extent("the integrity area", areas.integrityOffsetBytes(), areas.integrityBytes()),
                extent("the log", areas.logOffsetBytes(), areas.logBytes()));
        for (Extent extent : own) {
            if (extent.endSector() > end) {
                return Optional.of(extent + " reaches into the data, which begin at sector " + end);
            }
            for (Extent other : SuperblockExtents.metadata(superblock, bitmapSectors)) {
                if (extent.overlaps(other)) {
                    return Optional.of(extent + " overlaps " + other);
                }
            }
            if (extent.overlaps(SuperblockExtents.superblock(superblock))) {
                return Optional.of(extent + " overlaps the superblock");
            }
        }
        return Optional.empty();
    }

    /** The first sector a reshape or the array as it is may use for data. */
    private static long dataStart(Superblock superblock) {
        MemberFields member = superblock.member();
        long moved = member.has(Features.NEW_OFFSET) ? member.newOffset() : 0;
        return member.dataOffset() + Math.min(0, moved);
    }

    private boolean areasMakeSense() {
        long header = OFFSET_BYTES + 2L * SLOT_BYTES;
        long limit = Long.MAX_VALUE / 4;
        return isExtent(header, areas.integrityOffsetBytes(), areas.integrityBytes(), limit)
                && isExtent(areas.integrityOffsetBytes() + areas.integrityBytes(), areas.logOffsetBytes(),
                        areas.logBytes(), limit)
                && areas.segmentBytes() > 0
                && areas.logBytes() % areas.segmentBytes() == 0
                && areas.segmentBytes() % SLOT_BYTES == 0;
    }

    private static boolean isExtent(long from, long offset, long length, long limit) {
        return offset >= from && offset <= limit && length >= 0 && length <= limit
                && offset % SLOT_BYTES == 0 && length % SLOT_BYTES == 0;
    }

    private static Extent extent(String what, long offsetBytes, long lengthBytes) {
        return new Extent(
                what, offsetBytes / SuperblockLayout.SECTOR_BYTES, lengthBytes / SuperblockLayout.SECTOR_BYTES);
    }

    private static int crc(MemorySegment slot) {
        CRC32C crc = new CRC32C();
        crc.update(slot.asSlice(0, CRC_AT).toArray(ValueLayout.JAVA_BYTE));
        return (int) crc.getValue();
    }
}
