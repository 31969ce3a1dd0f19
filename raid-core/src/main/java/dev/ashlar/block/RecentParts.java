package dev.ashlar.block;

/**
 * Guesses which parts of a device were touched a moment ago, so that the processor's caches may hold them still. Small
 * enough that requests all over a large device find nothing, and that what is found in eight members together fits a
 * third-level cache.
 *
 * <p>Threads may call at any time without a lock: one that overwrites what another notes spoils a guess and no more.
 */
final class RecentParts {
    /** 32 KiB. */
    static final int PART_SHIFT = 15;
    /** Parts that are remembered, at most; a power of two. */
    static final int PLACES = 64;

    /** Number of the part plus one, at the place given by its low bits; 0 for none. */
    private final long[] noted = new long[PLACES];

    /** Notes the part that holds the byte, and says whether it was noted before. */
    boolean touch(long offsetBytes) {
        long part = (offsetBytes >>> PART_SHIFT) + 1;
        int place = (int) part & PLACES - 1;
        if (noted[place] == part) {
            return true;
        }
        noted[place] = part;
        return false;
    }
}
