package dev.ashlar.raid;

/**
 * How well a range of an array is protected: the flags that {@link dev.ashlar.raid.array.RaidArray#redundancy} gives. 0
 * means that all copies or parity of the level are there and agree; on a level without redundancy, that the range can be
 * read.
 */
public final class Redundancy {
    /** Fewer copies or less parity than the level has, or such as are not known to agree with the data. */
    public static final long DEGRADED = 1;

    /** Beside {@link #DEGRADED}: a background pass restores it, or will without anybody's doing. */
    public static final long REBUILDING = 2;

    /**
     * Beside {@link #DEGRADED}: cannot be read. More members are lost or unreadable here than the level bears, or what
     * would give a lost block does not agree.
     */
    public static final long LOST = 4;

    private Redundancy() {}
}
