package dev.ashlar.raid;

import java.util.Arrays;

/** The RAID levels of Linux md that Ashlar serves, with md's number for each. */
public enum RaidLevel {
    /** Striping, no redundancy. */
    RAID0(0, 0, 2),
    /** Every member holds everything. */
    RAID1(1, 0, 2),
    /** Striping with one parity member. */
    RAID4(4, 1, 2),
    /** Striping with rotating parity. */
    RAID5(5, 1, 2),
    /** Striping with rotating P and Q. */
    RAID6(6, 2, 4),
    /** Striping over copies. */
    RAID10(10, 0, 2);

    private final int number;
    private final int parityDisks;
    private final int minimumDisks;

    RaidLevel(int number, int parityDisks, int minimumDisks) {
        this.number = number;
        this.parityDisks = parityDisks;
        this.minimumDisks = minimumDisks;
    }

    /** md's number: 0, 1, 4, 5, 6 or 10. */
    public int number() {
        return number;
    }

    /** Chunks of parity in a stripe: 0, 1 or 2. */
    public int parityDisks() {
        return parityDisks;
    }

    /** The fewest roles an array of this level may have. */
    public int minimumDisks() {
        return minimumDisks;
    }

    /** Whether stripes carry parity: levels 4, 5 and 6. */
    public boolean hasParity() {
        return parityDisks > 0;
    }

    /** Whether members hold copies of the data: levels 1 and 10. */
    public boolean isMirror() {
        return this == RAID1 || this == RAID10;
    }

    /** Whether a member may be lost at all: every level but 0. */
    public boolean isRedundant() {
        return this != RAID0;
    }

    /**
     * The level with md's number.
     *
     * @throws IllegalArgumentException for a number Ashlar does not serve
     */
    public static RaidLevel of(int number) {
        return Arrays.stream(values())
                .filter(level -> level.number == number)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unsupported RAID level=" + number));
    }

    @Override
    public String toString() {
        return "raid" + number;
    }
}
