package dev.ashlar.raid.superblock;

import dev.ashlar.raid.RaidLevel;
import java.util.Objects;
import java.util.UUID;

/**
 * The fields of a superblock that are alike on all members of equal {@code events}.
 *
 * @param setUuid the array's UUID
 * @param name set_name, at most 32 bytes of UTF-8
 * @param ctime creation time as on disk, see {@link MdText}
 * @param level RAID level
 * @param layout md's number of the layout
 * @param sizeSectors sectors used of each member; 0 for RAID 0
 * @param chunkSectors chunk in sectors; 0 for RAID 1
 * @param raidDisks number of roles
 * @param features the bits of {@link Features#ARRAY} only
 * @param bitmapOffset the four bytes at 96 as a signed number: sectors from the superblock's sector to the bitmap with
 *     {@link Features#BITMAP_OFFSET}; see {@link #pplOffset} for partial parity logs
 * @param utime time of the last update as on disk
 * @param events event counter, see {@link EventCounter}
 * @param resyncOffset {@link #CLEAN}, or what is in sync: component sectors (RAID 10: array sectors); unsigned
 * @param roles dev_roles
 */
public record ArrayFields(
        UUID setUuid,
        String name,
        long ctime,
        RaidLevel level,
        int layout,
        long sizeSectors,
        int chunkSectors,
        int raidDisks,
        int features,
        int bitmapOffset,
        long utime,
        long events,
        long resyncOffset,
        Roles roles) {
    /** The resync_offset of an array whose parity or copies agree everywhere: 2^64-1. */
    public static final long CLEAN = -1L;

    /** Checks what would make bytes that cannot be read back. */
    public ArrayFields {
        Objects.requireNonNull(setUuid, "setUuid");
        Objects.requireNonNull(level, "level");
        Objects.requireNonNull(roles, "roles");
        SetName.encode(name);
        if ((features & ~Features.ARRAY) != 0) {
            throw new IllegalArgumentException("features=0x" + Integer.toHexString(features) + " allowed=0x"
                    + Integer.toHexString(Features.ARRAY));
        }
    }

    /** Whether parity or copies agree everywhere. */
    public boolean clean() {
        return resyncOffset == CLEAN;
    }

    /** Whether every bit of {@code mask} is set in the array-wide features. */
    public boolean has(int mask) {
        return (features & mask) == mask;
    }

    /** Whether members carry partial parity logs, of either kind. */
    public boolean hasPpl() {
        return (features & (Features.PPL | Features.MULTIPLE_PPLS)) != 0;
    }

    /** With a partial parity log: signed sectors from the superblock's sector to it. */
    public int pplOffset() {
        return (short) bitmapOffset;
    }

    /** With a partial parity log: its sectors. */
    public int pplSectors() {
        return bitmapOffset >>> 16;
    }

    /** The same with another event counter. */
    public ArrayFields withEvents(long newEvents) {
        return new ArrayFields(setUuid, name, ctime, level, layout, sizeSectors, chunkSectors, raidDisks, features,
                bitmapOffset, utime, newEvents, resyncOffset, roles);
    }

    /** The same with another resync_offset. */
    public ArrayFields withResyncOffset(long newResyncOffset) {
        return new ArrayFields(setUuid, name, ctime, level, layout, sizeSectors, chunkSectors, raidDisks, features,
                bitmapOffset, utime, events, newResyncOffset, roles);
    }

    /** The same with another update time, coded as on disk. */
    public ArrayFields withUtime(long newUtime) {
        return new ArrayFields(setUuid, name, ctime, level, layout, sizeSectors, chunkSectors, raidDisks, features,
                bitmapOffset, newUtime, events, resyncOffset, roles);
    }

    /** The same with other array-wide features. */
    public ArrayFields withFeatures(int newFeatures) {
        return new ArrayFields(setUuid, name, ctime, level, layout, sizeSectors, chunkSectors, raidDisks, newFeatures,
                bitmapOffset, utime, events, resyncOffset, roles);
    }

    /** The same with other four bytes at 96. */
    public ArrayFields withBitmapOffset(int newBitmapOffset) {
        return new ArrayFields(setUuid, name, ctime, level, layout, sizeSectors, chunkSectors, raidDisks, features,
                newBitmapOffset, utime, events, resyncOffset, roles);
    }

    /** The same with another dev_roles. */
    public ArrayFields withRoles(Roles newRoles) {
        return new ArrayFields(setUuid, name, ctime, level, layout, sizeSectors, chunkSectors, raidDisks, features,
                bitmapOffset, utime, events, resyncOffset, newRoles);
    }

    /** The same with one entry of dev_roles changed. */
    public ArrayFields withRole(int devNumber, int role) {
        return withRoles(roles.with(devNumber, role));
    }
}
