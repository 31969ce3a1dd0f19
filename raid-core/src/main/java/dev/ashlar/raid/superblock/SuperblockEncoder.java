package dev.ashlar.raid.superblock;

import static dev.ashlar.raid.superblock.SuperblockLayout.BIG_U64;
import static dev.ashlar.raid.superblock.SuperblockLayout.U16;
import static dev.ashlar.raid.superblock.SuperblockLayout.U32;
import static dev.ashlar.raid.superblock.SuperblockLayout.U64;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.UUID;

/** Writes superblocks. Padding is always zero: kernels refuse anything else. */
final class SuperblockEncoder {
    private SuperblockEncoder() {}

    static void encode(Superblock superblock, MemorySegment target, long offset) {
        MemorySegment bytes = target.asSlice(offset, superblock.encodedBytes());
        bytes.fill((byte) 0);
        bytes.set(U32, SuperblockLayout.MAGIC_AT, SuperblockLayout.MAGIC);
        bytes.set(U32, SuperblockLayout.MAJOR_AT, SuperblockLayout.MAJOR_VERSION);
        bytes.set(U32, SuperblockLayout.FEATURES_AT, superblock.features());
        putArray(superblock.array(), bytes);
        putReshape(superblock.reshape(), bytes);
        putMember(superblock.member(), bytes);
        int maxDev = superblock.array().roles().maxDev();
        bytes.set(U32, SuperblockLayout.CHECKSUM_AT, SuperblockLayout.checksum(bytes, 0, maxDev));
    }

    static int checksum(Superblock superblock) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[superblock.encodedBytes()]);
        encode(superblock, bytes, 0);
        return bytes.get(U32, SuperblockLayout.CHECKSUM_AT);
    }

    private static void putArray(ArrayFields array, MemorySegment bytes) {
        putUuid(bytes, SuperblockLayout.SET_UUID_AT, array.setUuid());
        byte[] name = SetName.encode(array.name());
        MemorySegment.copy(name, 0, bytes, ValueLayout.JAVA_BYTE, SuperblockLayout.NAME_AT, name.length);
        bytes.set(U64, SuperblockLayout.CTIME_AT, array.ctime());
        bytes.set(U32, SuperblockLayout.LEVEL_AT, array.level().number());
        bytes.set(U32, SuperblockLayout.LAYOUT_AT, array.layout());
        bytes.set(U64, SuperblockLayout.SIZE_AT, array.sizeSectors());
        bytes.set(U32, SuperblockLayout.CHUNK_AT, array.chunkSectors());
        bytes.set(U32, SuperblockLayout.RAID_DISKS_AT, array.raidDisks());
        bytes.set(U32, SuperblockLayout.BITMAP_OFFSET_AT, array.bitmapOffset());
        bytes.set(U64, SuperblockLayout.UTIME_AT, array.utime());
        bytes.set(U64, SuperblockLayout.EVENTS_AT, array.events());
        bytes.set(U64, SuperblockLayout.RESYNC_OFFSET_AT, array.resyncOffset());
        Roles roles = array.roles();
        bytes.set(U32, SuperblockLayout.MAX_DEV_AT, roles.maxDev());
        for (int number = 0; number < roles.maxDev(); number++) {
            bytes.set(U16, SuperblockLayout.ROLES_AT + 2L * number, (short) roles.of(number));
        }
    }

    private static void putReshape(Reshape reshape, MemorySegment bytes) {
        bytes.set(U32, SuperblockLayout.NEW_LEVEL_AT, reshape.newLevel());
        bytes.set(U64, SuperblockLayout.RESHAPE_POSITION_AT, reshape.position());
        bytes.set(U32, SuperblockLayout.DELTA_DISKS_AT, reshape.deltaDisks());
        bytes.set(U32, SuperblockLayout.NEW_LAYOUT_AT, reshape.newLayout());
        bytes.set(U32, SuperblockLayout.NEW_CHUNK_AT, reshape.newChunkSectors());
    }

    private static void putMember(MemberFields member, MemorySegment bytes) {
        bytes.set(U32, SuperblockLayout.NEW_OFFSET_AT, member.newOffset());
        bytes.set(U64, SuperblockLayout.DATA_OFFSET_AT, member.dataOffset());
        bytes.set(U64, SuperblockLayout.DATA_SIZE_AT, member.dataSize());
        bytes.set(U64, SuperblockLayout.SUPER_OFFSET_AT, member.superOffset());
        bytes.set(U64, SuperblockLayout.RECOVERY_OFFSET_AT, member.recoveryOffset());
        bytes.set(U32, SuperblockLayout.DEV_NUMBER_AT, member.devNumber());
        bytes.set(U32, SuperblockLayout.CORRECTED_READS_AT, member.correctedReads());
        putUuid(bytes, SuperblockLayout.DEVICE_UUID_AT, member.deviceUuid());
        bytes.set(ValueLayout.JAVA_BYTE, SuperblockLayout.DEV_FLAGS_AT, (byte) member.devFlags());
        bytes.set(ValueLayout.JAVA_BYTE, SuperblockLayout.BBLOG_SHIFT_AT, (byte) member.badBlockShift());
        bytes.set(U16, SuperblockLayout.BBLOG_SIZE_AT, (short) member.badBlockSectors());
        bytes.set(U32, SuperblockLayout.BBLOG_OFFSET_AT, member.badBlockOffset());
    }

    static void putUuid(MemorySegment bytes, long at, UUID uuid) {
        bytes.set(BIG_U64, at, uuid.getMostSignificantBits());
        bytes.set(BIG_U64, at + 8, uuid.getLeastSignificantBits());
    }

    static UUID getUuid(MemorySegment bytes, long at) {
        return new UUID(bytes.get(BIG_U64, at), bytes.get(BIG_U64, at + 8));
    }
}
