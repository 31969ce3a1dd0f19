package dev.ashlar.raid.layout;

import dev.ashlar.raid.RaidLevel;

/**
 * Where the copies of each array chunk live in a RAID 1 or RAID 10 array.
 *
 * <p>RAID 10 (md-format, section 8): "near" copies stand side by side in the row-wise numbering of chunks; each of the
 * "far" copies repeats that pattern, shifted by {@code near} roles, either one stride (a {@code far}-th of the member)
 * further down, or in the very next row ("offset"). RAID 1 is cut into chunks of 1 MiB only to fit the same calls; copy
 * {@code k} is on role {@code k}, at the same offset.
 *
 * <p>Copy numbers order near copies first: copy {@code k * far + f} is near copy {@code k} in far section {@code f}.
 *
 * <p>Immutable, thread-safe, no allocation in look-ups. Arguments out of range throw
 * {@link IndexOutOfBoundsException}.
 */
public final class MirrorGeometry {
    private static final int RAID1_CHUNK_SECTORS = (1 << 20) / Checks.SECTOR_BYTES;

    private final RaidLevel level;
    private final int layout;
    private final int raidDisks;
    private final int near;
    private final int far;
    private final boolean offset;
    private final long chunkBytes;
    private final long arrayChunks;
    private final long arrayBytes;
    /** Rows of one far section; 1 row is the distance of offset copies. */
    private final long stride;
    /** The distinct sets of roles that hold all copies of some chunk, as bit masks. */
    private final long[] copySets;

    private MirrorGeometry(Raid10Layout copies, int raidDisks, int chunkSectors, long arrayChunks, long arrayBytes) {
        this.level = copies == null ? RaidLevel.RAID1 : RaidLevel.RAID10;
        this.layout = copies == null ? 0 : copies.number();
        this.raidDisks = raidDisks;
        this.near = copies == null ? raidDisks : copies.near();
        this.far = copies == null ? 1 : copies.far();
        this.offset = copies != null && copies.offset();
        this.chunkBytes = (long) chunkSectors * Checks.SECTOR_BYTES;
        this.arrayChunks = arrayChunks;
        this.arrayBytes = arrayBytes;
        this.stride = copies == null ? arrayChunks : copies.strideChunks(raidDisks, arrayChunks);
        this.copySets = copySets();
    }

    /**
     * Every role holds everything.
     *
     * @param raidDisks roles, 2 to 32
     * @param componentSectors the superblock's {@code size}; the last 1 MiB chunk may be short
     */
    public static MirrorGeometry raid1(int raidDisks, long componentSectors) {
        Checks.raidDisks(raidDisks, RaidLevel.RAID1.minimumDisks());
        Checks.componentSectors(componentSectors, 1);
        long chunks = Math.ceilDiv(componentSectors, RAID1_CHUNK_SECTORS);
        long arrayBytes = componentSectors * Checks.SECTOR_BYTES;
        return new MirrorGeometry(null, raidDisks, RAID1_CHUNK_SECTORS, chunks, arrayBytes);
    }

    /**
     * Striping over copies.
     *
     * @param layout md's number: {@code near | far << 8}, plus bit 16 for offset copies
     * @param raidDisks roles, 2 to 32; need not be a multiple of the copies
     * @param chunkSectors chunk, a power of two from 8 (4 KiB) to 131072 (64 MiB)
     * @param componentSectors the superblock's {@code size}: what is used of each member
     * @throws IllegalArgumentException if a value is out of range, for far sets or unknown bits in the layout, and for
     *         layouts in which two chunks would share a place
     */
    public static MirrorGeometry raid10(int layout, int raidDisks, int chunkSectors, long componentSectors) {
        Checks.raidDisks(raidDisks, RaidLevel.RAID10.minimumDisks());
        Checks.powerOfTwoChunk(chunkSectors);
        Checks.componentSectors(componentSectors, chunkSectors);
        Raid10Layout copies = Raid10Layout.of(layout, raidDisks);
        long chunks = copies.arrayChunks(raidDisks, componentSectors / chunkSectors);
        if (chunks == 0) {
            throw new IllegalArgumentException("componentSectors=" + componentSectors + " is too small for layout="
                    + layout + " raidDisks=" + raidDisks + " chunkSectors=" + chunkSectors);
        }
        long arrayBytes = Checks.arrayBytes(chunks, (long) chunkSectors * Checks.SECTOR_BYTES);
        return new MirrorGeometry(copies, raidDisks, chunkSectors, chunks, arrayBytes);
    }

    /** RAID1 or RAID10. */
    public RaidLevel level() {
        return level;
    }

    /** md's number of the layout; 0 for RAID 1. */
    public int layout() {
        return layout;
    }

    /** Roles in the array. */
    public int raidDisks() {
        return raidDisks;
    }

    /** Copies of each chunk, all on different roles. */
    public int copies() {
        return near * far;
    }

    /** Bytes of one chunk; 1 MiB for RAID 1. */
    public long chunkBytes() {
        return chunkBytes;
    }

    /** Chunks in the array; the last one of a RAID 1 may be short. */
    public long arrayChunks() {
        return arrayChunks;
    }

    /** Size of the array in bytes. */
    public long arrayBytes() {
        return arrayBytes;
    }

    /** The role that holds a copy of an array chunk; {@code copy} from 0 to {@code copies() - 1}. */
    public int copyRole(long arrayChunk, int copy) {
        check(arrayChunk, copy);
        long place = arrayChunk * near + copy / far;
        return (int) ((place + (long) (copy % far) * near) % raidDisks);
    }

    /** Where that copy begins, in bytes from the start of the member's data. */
    public long copyMemberOffset(long arrayChunk, int copy) {
        check(arrayChunk, copy);
        long row = (arrayChunk * near + copy / far) / raidDisks;
        int section = copy % far;
        long memberChunk = offset ? row * far + section : row + section * stride;
        return memberChunk * chunkBytes;
    }

    /** How many array chunks from one on, up to another, have their first copy before this byte of their members. */
    public long chunksBefore(long memberByte, long firstChunk, long lastChunk) {
        return chunksBefore(memberByte, firstChunk, lastChunk, 0);
    }

    /** As above, of the copies with another number. */
    public long chunksBefore(long memberByte, long firstChunk, long lastChunk, int copy) {
        long before = firstChunk;
        long behind = lastChunk + 1;
        while (before < behind) {
            long middle = before + behind >>> 1;
            if (copyMemberOffset(middle, copy) <= memberByte - chunkBytes) {
                before = middle + 1;
            } else {
                behind = middle;
            }
        }
        return before - firstChunk;
    }

    /** Whether all copies of a chunk lie at the same offset of their members. */
    public boolean besideOneAnother() {
        return far == 1 && raidDisks % near == 0;
    }

    /** Whether each role holds a copy of every chunk. */
    public boolean everyRoleHasAll() {
        return copies() == raidDisks;
    }

    /** The array chunk of which a role holds a copy at one of its chunks; -1 if that place is not used. */
    public long arrayChunkAt(int role, long memberChunk) {
        long place = placeAt(role, memberChunk);
        return place < 0 ? -1 : place / near;
    }

    /** The number of the copy that a role holds at one of its chunks; -1 if that place is not used. */
    public int copyAt(int role, long memberChunk) {
        long place = placeAt(role, memberChunk);
        return place < 0 ? -1 : (int) (place % near) * far + (int) section(memberChunk);
    }

    /**
     * Whether every chunk still has a copy.
     *
     * @param missingRolesMask bit {@code r} set where role {@code r} is missing
     */
    public boolean survives(long missingRolesMask) {
        for (long copySet : copySets) {
            if ((copySet & ~missingRolesMask) == 0) {
                return false;
            }
        }
        return true;
    }

    /** The position in the row-wise numbering of near copies, with the far section undone; -1 if nothing is there. */
    private long placeAt(int role, long memberChunk) {
        Checks.index("role", role, raidDisks);
        Checks.index("memberChunk", memberChunk, Long.MAX_VALUE);
        long section = section(memberChunk);
        if (section >= far) {
            return -1;
        }
        long row = offset ? memberChunk / far : memberChunk % stride;
        if (row > arrayChunks * near / raidDisks) {
            return -1;
        }
        long place = row * raidDisks + Math.floorMod(role - (int) section * near, raidDisks);
        return place < arrayChunks * near ? place : -1;
    }

    private long section(long memberChunk) {
        return offset ? memberChunk % far : memberChunk / stride;
    }

    private void check(long arrayChunk, int copy) {
        Checks.index("arrayChunk", arrayChunk, arrayChunks);
        Checks.index("copy", copy, copies());
    }

    private long[] copySets() {
        int distinct = (int) Math.min(arrayChunks, raidDisks);
        long[] sets = new long[distinct];
        for (int chunk = 0; chunk < distinct; chunk++) {
            for (int copy = 0; copy < copies(); copy++) {
                sets[chunk] |= 1L << copyRole(chunk, copy);
            }
        }
        return sets;
    }

    @Override
    public String toString() {
        return level + " " + LayoutNames.name(level, layout) + " raidDisks=" + raidDisks + " chunkBytes=" + chunkBytes
                + " arrayChunks=" + arrayChunks;
    }
}
