package dev.ashlar.raid.superblock;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * An md version 1 superblock. Immutable; {@link #encode} writes back exactly the bytes {@link #decode} has read.
 *
 * @param minorVersion 0, 1 or 2: where it lies; nothing in the bytes says so
 * @param array what all members have alike
 * @param member what is this member's own
 * @param reshape where a reshape goes to; meaningless without {@link Features#RESHAPE_ACTIVE}
 */
public record Superblock(int minorVersion, ArrayFields array, MemberFields member, Reshape reshape) {
    /** Checks the version. */
    public Superblock {
        Objects.checkIndex(minorVersion, 3);
        Objects.requireNonNull(array, "array");
        Objects.requireNonNull(member, "member");
        Objects.requireNonNull(reshape, "reshape");
    }

    /** A superblock of an array that was never reshaped. */
    public Superblock(int minorVersion, ArrayFields array, MemberFields member) {
        this(minorVersion, array, member, Reshape.NONE);
    }

    /**
     * Reads a superblock and checks everything a kernel checks when it loads one.
     *
     * @param source holds {@link SuperblockLayout#MAX_BYTES} bytes from {@code offset}; stays the caller's
     * @param minorVersion 0, 1 or 2: the place it was read from
     * @param deviceSectors size of the member
     * @throws SuperblockException if it is none or may not be used; its cause says why
     */
    public static Superblock decode(MemorySegment source, long offset, int minorVersion, long deviceSectors)
            throws SuperblockException {
        return SuperblockDecoder.decode(source, offset, minorVersion, deviceSectors);
    }

    /** Writes the superblock with its checksum: {@link #encodedBytes} bytes of {@code target} from {@code offset}. */
    public void encode(MemorySegment target, long offset) {
        SuperblockEncoder.encode(this, target, offset);
    }

    /** Bytes on disk before rounding up to sectors: 256 + 2 max_dev. */
    public int encodedBytes() {
        return SuperblockLayout.bytes(array.roles().maxDev());
    }

    /** The checksum its bytes carry. */
    public int checksum() {
        return SuperblockEncoder.checksum(this);
    }

    /** The whole feature_map. */
    public int features() {
        return array.features() | member.features();
    }

    /** The role this superblock gives to its own member: a slot, or one of the values named in {@link Roles}. */
    public int role() {
        return array.roles().of(member.devNumber());
    }

    /** Whether its own member has a slot, in sync or not. */
    public boolean hasSlot() {
        return Roles.isActive(role());
    }

    /** "1.0", "1.1" or "1.2". */
    public String version() {
        return "1." + minorVersion;
    }

    /** The same member in another state of the array. */
    public Superblock withArray(ArrayFields newArray) {
        return new Superblock(minorVersion, newArray, member, reshape);
    }

    /** The same array with other fields of this member. */
    public Superblock withMember(MemberFields newMember) {
        return new Superblock(minorVersion, array, newMember, reshape);
    }
}
