package dev.ashlar.raid.layout;

import dev.ashlar.raid.RaidLevel;

/**
 * Where data, P and Q of a RAID 4, 5 or 6 array live.
 *
 * <p>Array chunk {@code c} is logical data index {@code c mod d} of stripe {@code c / d}, where {@code d} is the number
 * of data disks; all chunks of stripe {@code s} lie at {@code s * chunkBytes()} of their members. Every layout repeats
 * after at most {@code n} stripes, so one period is tabulated when the object is made and a look-up is one remainder
 * and one load. Source of the layouts: {@link ParityRows}.
 *
 * <p>Immutable, thread-safe, no allocation in look-ups. Arguments out of range throw
 * {@link IndexOutOfBoundsException}.
 */
public final class ParityGeometry {
    private final RaidLevel level;
    private final int layout;
    private final int raidDisks;
    private final int dataDisks;
    private final long chunkBytes;
    private final int chunkShift;
    private final long stripes;
    private final long arrayBytes;
    private final int exponentCount;

    private final int period;
    private final byte[] pRoles;
    private final byte[] qRoles;
    /** By row of the period and logical index. */
    private final byte[] dataRoles;
    private final byte[] exponents;
    /** By row of the period and role. */
    private final byte[] dataIndexes;

    private ParityGeometry(ParityRows rows, int chunkSectors, long componentSectors) {
        level = rows.level();
        layout = rows.layout();
        raidDisks = rows.raidDisks();
        dataDisks = rows.dataDisks();
        chunkBytes = (long) chunkSectors * Checks.SECTOR_BYTES;
        chunkShift = Long.numberOfTrailingZeros(chunkBytes);
        stripes = componentSectors / chunkSectors;
        arrayBytes = Checks.arrayBytes(Math.multiplyExact(stripes, (long) dataDisks), chunkBytes);
        exponentCount = rows.exponentIsRole() ? raidDisks : dataDisks;
        period = rows.period();
        pRoles = new byte[period];
        qRoles = new byte[period];
        dataRoles = new byte[period * dataDisks];
        exponents = new byte[period * dataDisks];
        dataIndexes = new byte[period * raidDisks];
        for (int row = 0; row < period; row++) {
            tabulate(rows, row);
        }
    }

    private void tabulate(ParityRows rows, int row) {
        pRoles[row] = (byte) rows.pRole(row);
        qRoles[row] = (byte) rows.qRole(row);
        for (int role = 0; role < raidDisks; role++) {
            dataIndexes[row * raidDisks + role] = -1;
        }
        for (int index = 0; index < dataDisks; index++) {
            int role = rows.dataRole(row, index);
            dataRoles[row * dataDisks + index] = (byte) role;
            exponents[row * dataDisks + index] = (byte) rows.exponent(row, index);
            dataIndexes[row * raidDisks + role] = (byte) index;
        }
    }

    /**
     * The geometry of an array as its superblock describes it.
     *
     * @param level RAID4, RAID5 or RAID6
     * @param layout md's number of the layout; 0 for RAID4
     * @param raidDisks roles, from the level's minimum to 32
     * @param chunkSectors chunk, a power of two from 8 (4 KiB) to 131072 (64 MiB)
     * @param componentSectors the superblock's {@code size}: what is used of each member; at least one chunk
     * @throws IllegalArgumentException if a value is out of range or the level has no such layout
     */
    public static ParityGeometry of(
            RaidLevel level, int layout, int raidDisks, int chunkSectors, long componentSectors) {
        Checks.powerOfTwoChunk(chunkSectors);
        Checks.componentSectors(componentSectors, chunkSectors);
        return new ParityGeometry(new ParityRows(level, layout, raidDisks), chunkSectors, componentSectors);
    }

    /** RAID4, RAID5 or RAID6. */
    public RaidLevel level() {
        return level;
    }

    /** md's number of the layout. */
    public int layout() {
        return layout;
    }

    /** Roles in the array. */
    public int raidDisks() {
        return raidDisks;
    }

    /** Data chunks in a stripe. */
    public int dataDisks() {
        return dataDisks;
    }

    /** Parity chunks in a stripe: 1 or 2. */
    public int parityDisks() {
        return raidDisks - dataDisks;
    }

    /** Bytes of one chunk. */
    public long chunkBytes() {
        return chunkBytes;
    }

    /** {@link #chunkBytes} is two to the power of this. */
    public int chunkShift() {
        return chunkShift;
    }

    /** Whole stripes; what a member holds beyond them is not used. */
    public long stripes() {
        return stripes;
    }

    /** Size of the array in bytes. */
    public long arrayBytes() {
        return arrayBytes;
    }

    /** Bytes of data in one stripe. */
    public long stripeDataBytes() {
        return dataDisks * chunkBytes;
    }

    /** The first stripe with the same roles and exponents as the given one. Look-ups by it need no division. */
    public long firstLike(long stripe) {
        return row(stripe);
    }

    /** The role that holds P of a stripe. */
    public int pRole(long stripe) {
        return pRoles[row(stripe)];
    }

    /** The role that holds Q of a stripe; -1 below RAID 6. */
    public int qRole(long stripe) {
        return qRoles[row(stripe)];
    }

    /** The role that holds the data chunk with a logical index, from 0 to {@code dataDisks() - 1}. */
    public int dataRole(long stripe, int index) {
        Checks.index("index", index, dataDisks);
        return dataRoles[row(stripe) * dataDisks + index];
    }

    /** The logical index of the data chunk on a role; -1 if the role holds P or Q of this stripe. */
    public int dataIndex(long stripe, int role) {
        Checks.index("role", role, raidDisks);
        return dataIndexes[row(stripe) * raidDisks + role];
    }

    /**
     * The exponent {@code e} with which the data chunk of a logical index enters Q: {@code Q = sum of g^e * D}.
     * Different for all chunks of a stripe. The logical index itself where the level has no Q.
     */
    public int exponent(long stripe, int index) {
        Checks.index("index", index, dataDisks);
        return exponents[row(stripe) * dataDisks + index];
    }

    /** All exponents are below this: the number of data disks, or of roles for the DDF layouts (which leave gaps). */
    public int exponentCount() {
        return exponentCount;
    }

    /** The stripe that holds an array chunk. */
    public long stripeOf(long arrayChunk) {
        Checks.index("arrayChunk", arrayChunk, stripes * dataDisks);
        return arrayChunk / dataDisks;
    }

    /** The logical index of an array chunk in its stripe. */
    public int indexOf(long arrayChunk) {
        Checks.index("arrayChunk", arrayChunk, stripes * dataDisks);
        return (int) (arrayChunk % dataDisks);
    }

    private int row(long stripe) {
        Checks.index("stripe", stripe, stripes);
        return (int) (stripe < period ? stripe : stripe % period);
    }

    @Override
    public String toString() {
        return level + " " + LayoutNames.name(level, layout) + " raidDisks=" + raidDisks + " chunkBytes=" + chunkBytes
                + " stripes=" + stripes;
    }
}
