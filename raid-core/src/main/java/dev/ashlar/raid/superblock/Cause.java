package dev.ashlar.raid.superblock;

import static dev.ashlar.raid.superblock.Permission.NEVER;
import static dev.ashlar.raid.superblock.Permission.WITH_FORCE;
import static dev.ashlar.raid.superblock.Permission.WITH_RUN;
import static dev.ashlar.raid.superblock.Permission.YES;

/**
 * Everything that can keep a member out of an array or an array from being opened, each with what is still allowed.
 * What cannot be served safely is refused by one of these names; {@code docs/refusals.md} is this table.
 */
public enum Cause {
    /** No magic at any of the three places. */
    NO_SUPERBLOCK("a device without an md superblock"),
    /** Version 0.90, or a major version of the future. */
    OTHER_METADATA("an md superblock of version 0.90 or of an unknown major version"),
    /** Valid superblocks at two places of one device. */
    TWO_SUPERBLOCKS("two valid superblocks at different places of one device: which one counts is not guessed"),
    /** The bytes and the checksum disagree. */
    BAD_CHECKSUM("a superblock whose checksum is wrong"),
    /** super_offset is not where the superblock was found. */
    WRONG_PLACE("a superblock that says it belongs elsewhere: the device was resized, or it is a copy"),
    /** Feature bits without a known meaning. */
    UNKNOWN_FEATURE("unknown feature bits"),
    /** Padding that is not zero. */
    NEWER_KERNEL("padding that is not zero: made by a newer kernel (the logical block size of 6.19 and later)"),
    /** Values that contradict each other or the device. */
    DAMAGED_SUPERBLOCK("values out of range, although the checksum is right"),
    /** A level Ashlar does not serve. */
    UNSUPPORTED_LEVEL("a level that is not served (linear, multipath, ...)"),
    /** Bitmap, log or data in each other's place. */
    METADATA_OVERLAPS("bitmap, bad-block log, partial parity log, superblock or data overlap or lie off the device"),

    /** Members of more than one array were offered. */
    DIFFERENT_SETS("members of different arrays were offered together", NEVER, NEVER),
    /** Only spares, journals or members known to be faulty were offered. */
    NO_ACTIVE_MEMBER("no offered member has a role in the array", NEVER, NEVER),
    /** Current members contradict each other about the array's shape. */
    GEOMETRY_DISAGREES("current members disagree on level, layout, chunk, size, number of disks, creation time or"
            + " version", NEVER, NEVER),
    /** Two members with equal right to one role. */
    DUPLICATE_ROLE("two members claim the same role with the same events (a copied image?)", NEVER, NEVER),
    /** raid_disks out of the level's range. */
    DISKS_RANGE("a number of disks the level does not allow", NEVER, NEVER),
    /** Chunk size out of range. */
    CHUNK_RANGE("a chunk size out of range", NEVER, NEVER),
    /** A layout number without a meaning. */
    UNSUPPORTED_LAYOUT("an unknown layout", NEVER, NEVER),
    /** A component too small for a chunk, or an array too large for 2^63 bytes. */
    SIZE_RANGE("a component size out of range", NEVER, NEVER),
    /** RAID 10 far sets. */
    RAID10_FAR_SETS("RAID 10 with far sets", NEVER, NEVER),
    /** RAID 0 of unequal members without feature 0x1000. */
    RAID0_WITHOUT_LAYOUT("RAID 0 of unequal members whose layout is not recorded (mdadm: --update=layout-original or"
            + " layout-alternate)", NEVER, NEVER),
    /** Feature 0x4. */
    RESHAPE("a reshape is in progress: let the kernel finish it", NEVER, NEVER),
    /** Feature 0x4 at level 1. */
    RAID1_RESHAPE("RAID 1 with a reshape position, which the kernel refuses too", NEVER, NEVER),
    /** Feature 0x100. */
    CLUSTERED("a clustered array: other machines may be writing it", NEVER, NEVER),
    /** Feature 0x200 beside a bitmap, or at a level without journal. */
    ASHLAR_FENCE("the array is fenced: an Ashlar with a log had it open and did not stop cleanly; its log holds the"
            + " newest writes", WITH_FORCE, NEVER),
    /** A journal whose tail holds nothing. */
    JOURNAL_EMPTY("a write journal that is present and holds nothing", YES, NEVER),
    /** A journal that may hold writes. */
    JOURNAL_NOT_EMPTY("a write journal that holds writes or was not examined: what it holds may be missing from the"
            + " members", WITH_FORCE, NEVER),
    /** The journal member is absent. */
    JOURNAL_MISSING("the write journal is absent: what it holds may be missing from the members", WITH_FORCE, NEVER),
    /** Partial parity logs. */
    PPL("partial parity logs: replayed when dirty, then given up; the array goes on with policy resync", YES, YES),
    /** Features that exclude each other. */
    PPL_CONTRADICTION("partial parity logs together with a bitmap, a journal, a level other than 5 or more than 64"
            + " disks", WITH_FORCE, NEVER),
    /** A bitmap of version 3, 5, 6, ... */
    BITMAP_VERSION("a bitmap of a version other than 4; with force everything is taken as dirty", YES, WITH_FORCE),
    /** A bitmap that is not this array's, or makes no sense. */
    BITMAP_UNUSABLE("a bitmap with wrong magic, UUID or values; with force everything is taken as dirty", YES,
            WITH_FORCE),
    /** Features 0x82 without a bitmap to guide the rebuild. */
    REBUILD_WITHOUT_BITMAP("a rebuild guided by a bitmap that is not there: it starts again from the beginning", YES,
            YES),
    /** A replacement that had not finished. */
    REPLACEMENT("a replacement in progress: it is given up, the new device becomes a spare", YES, YES),
    /** Members whose content is out of date. */
    STALE_MEMBERS("offered members that are out of date: they are left out", YES, YES),
    /** Members dev_roles lists that are not here. */
    LISTED_MEMBERS_ABSENT("members the superblocks list are absent, but cannot have been running alone", YES, YES),
    /** Absent members that could have run alone. */
    POSSIBLE_SPLIT("the absent members could have been running alone and hold newer writes", YES, WITH_RUN),
    /** Present members that did run alone. */
    SPLIT("the offered members have two histories: some were written while they took the others for lost", YES,
            WITH_FORCE),
    /** RAID 0 without all its members. */
    RAID0_MEMBER_MISSING("RAID 0 without all its members: without their sizes nothing has a place", NEVER, NEVER),
    /** More lost than the level bears. */
    TOO_MANY_MISSING("more members are missing than the level can bear", WITH_FORCE, NEVER),
    /** Stale members were taken in because the owner said so. */
    STALE_FORCED("stale members were taken as current: what was written without them is lost", WITH_FORCE, WITH_FORCE),
    /** Parity that cannot be trusted is needed. */
    DIRTY_DEGRADED("degraded after an unclean stop: parity may not agree, so what the missing member held reads as an"
            + " error, or with force as whatever parity gives", YES, WITH_FORCE);

    private final String meaning;
    private final boolean memberOnly;
    private final Permission read;
    private final Permission write;

    /** A cause that leaves out one member. */
    Cause(String meaning) {
        this.meaning = meaning;
        this.memberOnly = true;
        this.read = NEVER;
        this.write = NEVER;
    }

    /** A cause that concerns the array. */
    Cause(String meaning, Permission read, Permission write) {
        this.meaning = meaning;
        this.memberOnly = false;
        this.read = read;
        this.write = write;
    }

    /** The cause in words, as a noun phrase or sentence without its full stop. */
    public String meaning() {
        return meaning;
    }

    /** Whether only the member concerned is left out; the array opens without it if it can. */
    public boolean memberOnly() {
        return memberOnly;
    }

    /** Whether the array may be opened for reading only. */
    public Permission read() {
        return read;
    }

    /** Whether the array may be opened for writing. */
    public Permission write() {
        return write;
    }
}
