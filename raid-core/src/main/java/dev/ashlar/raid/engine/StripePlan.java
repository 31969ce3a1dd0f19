package dev.ashlar.raid.engine;

/** How a partial write of a stripe keeps its parity right. Chosen by arithmetic alone. */
enum StripePlan {
    /** The data that is not written is read, and parity is computed from old and new. */
    RECONSTRUCT_WRITE,
    /** Old data and old parity are read, and parity is changed by the difference. */
    READ_MODIFY_WRITE,
    /** Everything is read, lost blocks are computed, and parity is computed anew. */
    RESTORE_AND_WRITE,
    /** A block of the stripe that is not written is lost for good: data is written, parity can't be told. */
    WITHOUT_PARITY;

    /**
     * Picks the plan with the fewest blocks to read among those that are right.
     *
     * @param dataDisks data blocks in the stripe
     * @param written how many of them are overwritten, not all
     * @param writtenLost overwritten ones whose old content cannot be read
     * @param untouchedLost others that cannot be read
     * @param parityDisks parity blocks in the stripe
     * @param parityLost parity blocks that cannot be read
     * @param parityHeld parity blocks that have a member to write to
     * @param parityStale parity blocks that have a member but cannot be read
     * @param consistent whether parity agrees with the data that is on the members
     */
    static StripePlan choose(
            int dataDisks,
            int written,
            int writtenLost,
            int untouchedLost,
            int parityDisks,
            int parityLost,
            int parityHeld,
            int parityStale,
            boolean consistent) {
        if (parityHeld == 0 && untouchedLost == 0) {
            return READ_MODIFY_WRITE;
        }
        boolean canModify = consistent && writtenLost == 0 && parityStale == 0;
        if (untouchedLost == 0) {
            int modifyReads = written + parityHeld;
            int reconstructReads = dataDisks - written;
            return canModify && modifyReads < reconstructReads ? READ_MODIFY_WRITE : RECONSTRUCT_WRITE;
        }
        if (canModify && parityHeld > 0) {
            return READ_MODIFY_WRITE;
        }
        boolean restorable = consistent && writtenLost + untouchedLost + parityLost <= parityDisks;
        return restorable ? RESTORE_AND_WRITE : WITHOUT_PARITY;
    }
}
