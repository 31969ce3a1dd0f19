package dev.ashlar.raid.layout;

/**
 * The number of a RAID 10 layout, taken apart, with the sizes that follow from it (md-format, section 8).
 *
 * @param number md's number
 * @param near copies side by side
 * @param far copies in different sections of the members
 * @param offset whether a section is one row (of every {@code far}) instead of a {@code far}-th of the member
 */
record Raid10Layout(int number, int near, int far, boolean offset) {
    private static final int FAR_SETS_BITS = 3 << 17;
    private static final int KNOWN_BITS = 0xffff | LayoutNames.OFFSET_BIT | FAR_SETS_BITS;

    /**
     * Checks a layout against the number of roles.
     *
     * <p>Near and offset copies together are refused where a row does not hold whole chunks: near copies that wrap into
     * the next row would fall on the offset copies kept there.
     */
    static Raid10Layout of(int number, int raidDisks) {
        if ((number & ~KNOWN_BITS) != 0) {
            throw new IllegalArgumentException("layout=0x" + Integer.toHexString(number) + " has unknown bits");
        }
        if ((number & FAR_SETS_BITS) != 0) {
            throw new IllegalArgumentException(
                    "layout=0x" + Integer.toHexString(number) + " uses far sets, which are not supported");
        }
        int near = number & 0xff;
        int far = number >>> 8 & 0xff;
        boolean offset = (number & LayoutNames.OFFSET_BIT) != 0;
        int copies = near * far;
        if (copies < 2 || copies > raidDisks) {
            throw new IllegalArgumentException("layout=0x" + Integer.toHexString(number) + " has copies=" + copies
                    + ", which is not from 2 to raidDisks=" + raidDisks);
        }
        if (offset && far > 1 && raidDisks % near != 0) {
            throw new IllegalArgumentException("layout=0x" + Integer.toHexString(number)
                    + " puts two chunks in one place when raidDisks=" + raidDisks + " is no multiple of near=" + near);
        }
        return new Raid10Layout(number, near, far, offset);
    }

    /** Chunks of an array whose members have {@code memberChunks} each. */
    long arrayChunks(int raidDisks, long memberChunks) {
        return memberChunks / far * raidDisks / near;
    }

    /** Chunks from one far section to the next. */
    long strideChunks(int raidDisks, long arrayChunks) {
        return offset ? 1 : Math.ceilDiv(arrayChunks * near * far, (long) raidDisks) / far;
    }
}
