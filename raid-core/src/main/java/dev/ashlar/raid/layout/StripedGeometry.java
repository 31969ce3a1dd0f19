package dev.ashlar.raid.layout;

import dev.ashlar.raid.RaidLevel;
import java.util.Arrays;

/**
 * Where the chunks of a RAID 0 array live.
 *
 * <p>Members may differ in size. Then rows of chunks reach over all members first, and over fewer and fewer of them
 * further down: each such range of rows is a zone, and zones follow one another in the array. Two numberings exist from
 * the second zone on: "original" (1) takes the member from the chunk's number in the array, "alternate" (2) from its
 * number in the zone (md-format, section 8).
 *
 * <p>Immutable, thread-safe, no allocation in look-ups. Arguments out of range throw
 * {@link IndexOutOfBoundsException}.
 */
public final class StripedGeometry {
    /** Layout number of members that need none. */
    public static final int UNSPECIFIED = 0;
    /** Layout number: the member follows from the chunk's number in the array. */
    public static final int ORIGINAL = 1;
    /** Layout number: the member follows from the chunk's number in its zone. */
    public static final int ALTERNATE = 2;

    private final int layout;
    private final int raidDisks;
    private final long chunkBytes;
    private final Zone[] zones;
    private final long arrayChunks;
    private final long arrayBytes;

    /**
     * Rows with the same members.
     *
     * @param firstChunk first array chunk
     * @param firstRow first row, that is chunk on each member
     * @param rows number of rows
     * @param roles roles in the zone, ascending
     */
    private record Zone(long firstChunk, long firstRow, long rows, int[] roles) {
        long endChunk() {
            return firstChunk + rows * roles.length;
        }

        boolean holdsRow(long row) {
            return row >= firstRow && row - firstRow < rows;
        }
    }

    private StripedGeometry(int layout, int chunkSectors, long[] usableChunks) {
        this.layout = layout;
        raidDisks = usableChunks.length;
        chunkBytes = (long) chunkSectors * Checks.SECTOR_BYTES;
        zones = zones(usableChunks);
        arrayChunks = zones[zones.length - 1].endChunk();
        arrayBytes = Checks.arrayBytes(arrayChunks, chunkBytes);
    }

    /**
     * The geometry of an array.
     *
     * @param layout 1 "original", 2 "alternate", 0 where the superblock has none (feature 0x1000 absent)
     * @param chunkSectors chunk, any multiple of 8 (4 KiB) up to 131072 (64 MiB)
     * @param dataSizeSectors the {@code data_size} of each member, by role; each at least one chunk
     * @throws IllegalArgumentException if a value is out of range, or if layout is 0 although it matters: nobody can
     *         tell which of the two such an array has
     */
    public static StripedGeometry of(int layout, int chunkSectors, long[] dataSizeSectors) {
        Checks.raidDisks(dataSizeSectors.length, 2);
        Checks.chunk(chunkSectors);
        if (layout < UNSPECIFIED || layout > ALTERNATE) {
            throw new IllegalArgumentException(
                    "layout=" + layout + " is unknown for raid0; legal: 1 (original), 2 (alternate), 0 (none)");
        }
        long[] usableChunks = new long[dataSizeSectors.length];
        for (int role = 0; role < usableChunks.length; role++) {
            Checks.componentSectors(dataSizeSectors[role], chunkSectors);
            usableChunks[role] = dataSizeSectors[role] / chunkSectors;
        }
        StripedGeometry geometry = new StripedGeometry(layout, chunkSectors, usableChunks);
        if (layout == UNSPECIFIED && geometry.layoutMatters()) {
            throw new IllegalArgumentException(
                    "layout=0, but the members differ in size: it must be 1 (original) or 2 (alternate)");
        }
        return geometry;
    }

    private static Zone[] zones(long[] usableChunks) {
        long[] ends = Arrays.stream(usableChunks).distinct().sorted().toArray();
        Zone[] zones = new Zone[ends.length];
        long firstRow = 0;
        long firstChunk = 0;
        for (int z = 0; z < ends.length; z++) {
            int[] roles = rolesReaching(usableChunks, ends[z]);
            zones[z] = new Zone(firstChunk, firstRow, ends[z] - firstRow, roles);
            firstRow = ends[z];
            firstChunk = zones[z].endChunk();
        }
        return zones;
    }

    private static int[] rolesReaching(long[] usableChunks, long end) {
        int[] roles = new int[usableChunks.length];
        int count = 0;
        for (int role = 0; role < usableChunks.length; role++) {
            if (usableChunks[role] >= end) {
                roles[count++] = role;
            }
        }
        return Arrays.copyOf(roles, count);
    }

    /** Roles in the array. */
    public int raidDisks() {
        return raidDisks;
    }

    /** Bytes of one chunk. */
    public long chunkBytes() {
        return chunkBytes;
    }

    /** Chunks in the array. */
    public long arrayChunks() {
        return arrayChunks;
    }

    /** Size of the array in bytes. */
    public long arrayBytes() {
        return arrayBytes;
    }

    /** Whether "original" and "alternate" differ: the second zone exists and has more than one member. */
    public boolean layoutMatters() {
        return zones.length > 1 && zones[1].roles.length > 1;
    }

    /** The role that holds an array chunk. */
    public int role(long arrayChunk) {
        Zone zone = zoneOf(arrayChunk);
        long counted = layout == ALTERNATE ? arrayChunk - zone.firstChunk : arrayChunk;
        return zone.roles[(int) (counted % zone.roles.length)];
    }

    /** Where an array chunk begins, in bytes from the start of its member's data. */
    public long memberOffset(long arrayChunk) {
        Zone zone = zoneOf(arrayChunk);
        return (zone.firstRow + (arrayChunk - zone.firstChunk) / zone.roles.length) * chunkBytes;
    }

    /** How many array chunks from one on, up to another, lie before this byte of their members. */
    public long chunksBefore(long memberByte, long firstChunk, long lastChunk) {
        long before = firstChunk;
        long behind = lastChunk + 1;
        while (before < behind) {
            long middle = before + behind >>> 1;
            if (memberOffset(middle) <= memberByte - chunkBytes) {
                before = middle + 1;
            } else {
                behind = middle;
            }
        }
        return before - firstChunk;
    }

    /** The array chunk at one of a role's chunks; -1 if that place is not used. */
    public long arrayChunkAt(int role, long memberChunk) {
        Checks.index("role", role, raidDisks);
        Checks.index("memberChunk", memberChunk, Long.MAX_VALUE);
        for (Zone zone : zones) {
            if (zone.holdsRow(memberChunk)) {
                return arrayChunkAt(zone, role, memberChunk);
            }
        }
        return -1;
    }

    private long arrayChunkAt(Zone zone, int role, long memberChunk) {
        int position = Arrays.binarySearch(zone.roles, role);
        if (position < 0) {
            return -1;
        }
        int count = zone.roles.length;
        long rowStart = zone.firstChunk + (memberChunk - zone.firstRow) * count;
        long countedStart = layout == ALTERNATE ? 0 : rowStart;
        return rowStart + Math.floorMod(position - countedStart, (long) count);
    }

    /** Zones are few and the first is nearly always the one, so this does not search more cleverly. */
    private Zone zoneOf(long arrayChunk) {
        Checks.index("arrayChunk", arrayChunk, arrayChunks);
        int z = 0;
        while (arrayChunk >= zones[z].endChunk()) {
            z++;
        }
        return zones[z];
    }

    @Override
    public String toString() {
        return "raid0 " + (layoutMatters() ? LayoutNames.name(RaidLevel.RAID0, layout) + " " : "")
                + "raidDisks=" + raidDisks + " chunkBytes=" + chunkBytes + " arrayChunks=" + arrayChunks;
    }
}
