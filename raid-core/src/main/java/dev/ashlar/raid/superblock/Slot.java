package dev.ashlar.raid.superblock;

import java.util.Optional;

/**
 * One role of an assembled array.
 *
 * @param role its number
 * @param candidate who holds it, or null
 * @param recovering whether the holder is being rebuilt and is no source of data at or above {@code recoveryOffset}
 * @param recoveryOffset component sectors of the holder that are good while recovering; else 0
 * @param bitmapGuided whether the rebuild only concerns what the bitmap marks (a re-add): with a usable bitmap the rest
 *     is good, without one nothing is
 * @param forced whether the holder is out of date and was taken because the owner said so
 */
public record Slot(
        int role,
        Candidate candidate,
        boolean recovering,
        long recoveryOffset,
        boolean bitmapGuided,
        boolean forced) {

    static Slot empty(int role) {
        return new Slot(role, null, false, 0, false, false);
    }

    static Slot inSync(int role, Candidate candidate) {
        return new Slot(role, candidate, false, 0, false, false);
    }

    /** Who holds it. */
    public Optional<Candidate> holder() {
        return Optional.ofNullable(candidate);
    }

    /** Whether it has a holder that is good everywhere. */
    public boolean inSync() {
        return candidate != null && !recovering;
    }
}
