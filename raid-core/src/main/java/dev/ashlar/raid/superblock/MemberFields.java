package dev.ashlar.raid.superblock;

import java.util.Objects;
import java.util.UUID;

/**
 * The fields of a superblock that belong to one member.
 *
 * @param devNumber its permanent number in dev_roles
 * @param deviceUuid its own UUID
 * @param features the bits of {@link Features#MEMBER} only
 * @param dataOffset first data sector
 * @param dataSize sectors usable for data
 * @param superOffset sector of the superblock
 * @param recoveryOffset with {@link Features#RECOVERY_OFFSET}: component sectors rebuilt; on a journal member its tail,
 *     in sectors from its data_offset
 * @param correctedReads read errors mended by rewriting
 * @param devFlags 1 write-mostly, 2 fail-fast
 * @param badBlockShift unit of the bad-block log: 2^shift sectors
 * @param badBlockSectors sectors reserved for it, 0 for no log
 * @param badBlockOffset signed sectors from the superblock's sector to it
 * @param newOffset with {@link Features#NEW_OFFSET}: signed sectors a reshape adds to data_offset
 */
public record MemberFields(
        int devNumber,
        UUID deviceUuid,
        int features,
        long dataOffset,
        long dataSize,
        long superOffset,
        long recoveryOffset,
        int correctedReads,
        int devFlags,
        int badBlockShift,
        int badBlockSectors,
        int badBlockOffset,
        int newOffset) {
    /** Checks what would not fit its field. */
    public MemberFields {
        Objects.requireNonNull(deviceUuid, "deviceUuid");
        if ((features & ~Features.MEMBER) != 0) {
            throw new IllegalArgumentException("features=0x" + Integer.toHexString(features) + " allowed=0x"
                    + Integer.toHexString(Features.MEMBER));
        }
        if ((devFlags & ~0xff) != 0 || (badBlockShift & ~0xff) != 0 || (badBlockSectors & ~0xffff) != 0) {
            throw new IllegalArgumentException("devFlags=" + devFlags + " badBlockShift=" + badBlockShift
                    + " badBlockSectors=" + badBlockSectors);
        }
    }

    /** Whether every bit of {@code mask} is set in the member's features. */
    public boolean has(int mask) {
        return (features & mask) == mask;
    }

    /** Whether there is room for a bad-block log; an offset of 0, where the superblock is, names none. */
    public boolean hasBadBlockLog() {
        return badBlockSectors != 0 && badBlockOffset != 0;
    }

    /** Whether the member asks to be read last. */
    public boolean writeMostly() {
        return (devFlags & 1) != 0;
    }

    /** The same with other features and recovery_offset, which only make sense together. */
    public MemberFields withRecovery(int newFeatures, long newRecoveryOffset) {
        return new MemberFields(devNumber, deviceUuid, newFeatures, dataOffset, dataSize, superOffset,
                newRecoveryOffset, correctedReads, devFlags, badBlockShift, badBlockSectors, badBlockOffset, newOffset);
    }

    /** The same with other features. */
    public MemberFields withFeatures(int newFeatures) {
        return withRecovery(newFeatures, recoveryOffset);
    }

    /** The same with another count of mended read errors. */
    public MemberFields withCorrectedReads(int newCorrectedReads) {
        return new MemberFields(devNumber, deviceUuid, features, dataOffset, dataSize, superOffset, recoveryOffset,
                newCorrectedReads, devFlags, badBlockShift, badBlockSectors, badBlockOffset, newOffset);
    }

    /** The same for another number: a device that joins an array. */
    public MemberFields withDevNumber(int newDevNumber) {
        return new MemberFields(newDevNumber, deviceUuid, features, dataOffset, dataSize, superOffset, recoveryOffset,
                correctedReads, devFlags, badBlockShift, badBlockSectors, badBlockOffset, newOffset);
    }
}
