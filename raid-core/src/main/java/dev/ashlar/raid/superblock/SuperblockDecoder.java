package dev.ashlar.raid.superblock;

import static dev.ashlar.raid.superblock.SuperblockLayout.U16;
import static dev.ashlar.raid.superblock.SuperblockLayout.U32;
import static dev.ashlar.raid.superblock.SuperblockLayout.U64;

import dev.ashlar.raid.RaidLevel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Reads superblocks. The order of the checks matters: the checksum comes as early as it can, so that damage is called
 * damage and not an unknown feature. Kernel source: {@code super_1_load}.
 */
final class SuperblockDecoder {
    /** A member cannot have more sectors than this: 2^54 of them are 2^63 bytes. */
    private static final long MAX_SECTORS = 1L << 54;

    private final MemorySegment bytes;
    private final int minorVersion;
    private final long deviceSectors;

    private SuperblockDecoder(MemorySegment bytes, int minorVersion, long deviceSectors) {
        this.bytes = bytes;
        this.minorVersion = minorVersion;
        this.deviceSectors = deviceSectors;
    }

    static Superblock decode(MemorySegment source, long offset, int minorVersion, long deviceSectors)
            throws SuperblockException {
        MemorySegment bytes = source.asSlice(offset, SuperblockLayout.MAX_BYTES);
        return new SuperblockDecoder(bytes, minorVersion, deviceSectors).decode();
    }

    private Superblock decode() throws SuperblockException {
        checkIdentity();
        int maxDev = checkedMaxDev();
        checkChecksum(maxDev);
        checkPlace();
        int features = checkedFeatures();
        checkPadding();
        Superblock superblock = new Superblock(minorVersion, array(features, maxDev), member(features), reshape());
        checkRanges(superblock);
        SuperblockExtents.check(superblock, deviceSectors);
        return superblock;
    }

    private void checkIdentity() throws SuperblockException {
        if (u32(SuperblockLayout.MAGIC_AT) != SuperblockLayout.MAGIC) {
            throw new SuperblockException(
                    Cause.NO_SUPERBLOCK, "there is no md superblock of version 1." + minorVersion);
        }
        int major = u32(SuperblockLayout.MAJOR_AT);
        if (major != SuperblockLayout.MAJOR_VERSION) {
            throw new SuperblockException(Cause.OTHER_METADATA,
                    "the md superblock has major version " + Integer.toUnsignedString(major) + ", not 1");
        }
    }

    private int checkedMaxDev() throws SuperblockException {
        int maxDev = u32(SuperblockLayout.MAX_DEV_AT);
        if (maxDev < 0 || maxDev > SuperblockLayout.MAX_DEV) {
            throw damaged("max_dev is " + Integer.toUnsignedString(maxDev) + ", at most " + SuperblockLayout.MAX_DEV
                    + " is possible");
        }
        return maxDev;
    }

    private void checkChecksum(int maxDev) throws SuperblockException {
        int stored = u32(SuperblockLayout.CHECKSUM_AT);
        int computed = SuperblockLayout.checksum(bytes, 0, maxDev);
        if (stored != computed) {
            throw new SuperblockException(Cause.BAD_CHECKSUM,
                    "the superblock's checksum is %08x, its bytes give %08x".formatted(stored, computed));
        }
    }

    private void checkPlace() throws SuperblockException {
        long expected = SuperblockLayout.superblockSector(minorVersion, deviceSectors);
        long stored = u64(SuperblockLayout.SUPER_OFFSET_AT);
        if (stored != expected) {
            throw new SuperblockException(Cause.WRONG_PLACE, "the superblock says it lies at sector "
                    + Long.toUnsignedString(stored) + " but was found at " + expected
                    + "; the device was resized, or this is a copy");
        }
    }

    private int checkedFeatures() throws SuperblockException {
        int features = u32(SuperblockLayout.FEATURES_AT);
        int unknown = features & ~Features.ALL;
        if (unknown != 0) {
            throw new SuperblockException(Cause.UNKNOWN_FEATURE,
                    "the superblock has the unknown feature bits 0x" + Integer.toHexString(unknown));
        }
        return features;
    }

    private void checkPadding() throws SuperblockException {
        boolean zero = u32(SuperblockLayout.PAD0_AT) == 0;
        for (int at = 0; at < SuperblockLayout.PAD3_BYTES; at += Long.BYTES) {
            zero &= u64(SuperblockLayout.PAD3_AT + at) == 0;
        }
        if (!zero) {
            throw new SuperblockException(Cause.NEWER_KERNEL, "the superblock's padding is not zero: it was made by a"
                    + " newer kernel (6.19 and later keep the logical block size there)");
        }
    }

    private ArrayFields array(int features, int maxDev) throws SuperblockException {
        RaidLevel level = level();
        if ((features & Features.RAID0_LAYOUT) != 0 && level != RaidLevel.RAID0) {
            throw damaged("the RAID 0 layout feature is set on a " + level);
        }
        int[] roles = new int[maxDev];
        for (int number = 0; number < maxDev; number++) {
            roles[number] = Short.toUnsignedInt(bytes.get(U16, SuperblockLayout.ROLES_AT + 2L * number));
        }
        return new ArrayFields(
                SuperblockEncoder.getUuid(bytes, SuperblockLayout.SET_UUID_AT),
                SetName.decode(bytes, SuperblockLayout.NAME_AT),
                u64(SuperblockLayout.CTIME_AT),
                level,
                u32(SuperblockLayout.LAYOUT_AT),
                u64(SuperblockLayout.SIZE_AT),
                u32(SuperblockLayout.CHUNK_AT),
                u32(SuperblockLayout.RAID_DISKS_AT),
                features & Features.ARRAY,
                u32(SuperblockLayout.BITMAP_OFFSET_AT),
                u64(SuperblockLayout.UTIME_AT),
                u64(SuperblockLayout.EVENTS_AT),
                u64(SuperblockLayout.RESYNC_OFFSET_AT),
                Roles.of(maxDev, roles));
    }

    private RaidLevel level() throws SuperblockException {
        int number = u32(SuperblockLayout.LEVEL_AT);
        for (RaidLevel level : RaidLevel.values()) {
            if (level.number() == number) {
                return level;
            }
        }
        String name = number == -1 ? " (linear)" : number == -4 ? " (multipath)" : "";
        throw new SuperblockException(Cause.UNSUPPORTED_LEVEL, "md level " + number + name + " is not served");
    }

    private MemberFields member(int features) {
        return new MemberFields(
                u32(SuperblockLayout.DEV_NUMBER_AT),
                SuperblockEncoder.getUuid(bytes, SuperblockLayout.DEVICE_UUID_AT),
                features & Features.MEMBER,
                u64(SuperblockLayout.DATA_OFFSET_AT),
                u64(SuperblockLayout.DATA_SIZE_AT),
                u64(SuperblockLayout.SUPER_OFFSET_AT),
                u64(SuperblockLayout.RECOVERY_OFFSET_AT),
                u32(SuperblockLayout.CORRECTED_READS_AT),
                u8(SuperblockLayout.DEV_FLAGS_AT),
                u8(SuperblockLayout.BBLOG_SHIFT_AT),
                Short.toUnsignedInt(bytes.get(U16, SuperblockLayout.BBLOG_SIZE_AT)),
                u32(SuperblockLayout.BBLOG_OFFSET_AT),
                u32(SuperblockLayout.NEW_OFFSET_AT));
    }

    private Reshape reshape() {
        return new Reshape(
                u32(SuperblockLayout.NEW_LEVEL_AT),
                u64(SuperblockLayout.RESHAPE_POSITION_AT),
                u32(SuperblockLayout.DELTA_DISKS_AT),
                u32(SuperblockLayout.NEW_LAYOUT_AT),
                u32(SuperblockLayout.NEW_CHUNK_AT));
    }

    /** Numbers later arithmetic relies on. All are unsigned on disk; a negative one is damage, as is one too large. */
    private void checkRanges(Superblock superblock) throws SuperblockException {
        ArrayFields array = superblock.array();
        MemberFields member = superblock.member();
        checkSectors("size", array.sizeSectors());
        checkSectors("data_offset", member.dataOffset());
        checkSectors("data_size", member.dataSize());
        if (array.raidDisks() < 1 || array.raidDisks() > SuperblockLayout.MAX_DEV) {
            throw damaged("raid_disks is " + Integer.toUnsignedString(array.raidDisks()));
        }
        int role = superblock.role();
        if (Roles.isActive(role) && role >= array.raidDisks() && !array.has(Features.RESHAPE_ACTIVE)) {
            throw damaged("the member's role is " + role + " of " + array.raidDisks());
        }
        if (member.has(Features.BAD_BLOCKS) && member.badBlockOffset() == 0) {
            throw damaged("there are bad blocks, and no place of their log");
        }
        if (member.dataSize() < 10) {
            throw damaged("data_size is " + member.dataSize() + " sectors");
        }
        if (role != Roles.JOURNAL && member.dataSize() < array.sizeSectors()) {
            throw damaged("data_size is " + member.dataSize() + " sectors, less than the " + array.sizeSectors()
                    + " the array uses of each member");
        }
    }

    private void checkSectors(String field, long sectors) throws SuperblockException {
        if (sectors < 0 || sectors > MAX_SECTORS) {
            throw damaged(field + " is " + Long.toUnsignedString(sectors) + " sectors");
        }
    }

    private int u8(long at) {
        return Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, at));
    }

    private int u32(long at) {
        return bytes.get(U32, at);
    }

    private long u64(long at) {
        return bytes.get(U64, at);
    }

    private SuperblockException damaged(String what) {
        return new SuperblockException(Cause.DAMAGED_SUPERBLOCK, "the superblock makes no sense: " + what);
    }
}
