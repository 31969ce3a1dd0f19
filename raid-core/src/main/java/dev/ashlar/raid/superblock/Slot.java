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

    /**
     * The holder's own fields as they must be from now on: its features and recovery_offset say what this slot says,
     * whatever its superblock said. (A spare whose activation did not reach it carries no mark of being rebuilt, a
     * replacement that takes over still carries its own.)
     */
    public MemberFields memberFields() {
        MemberFields own = candidate.superblock().member();
        int features = own.features()
                & ~(Features.RECOVERY_OFFSET | Features.RECOVERY_BITMAP | Features.REPLACEMENT)
                | (recovering ? Features.RECOVERY_OFFSET : 0)
                | (bitmapGuided ? Features.RECOVERY_BITMAP : 0);
        return own.withRecovery(features, recoveryOffset);
    }

    /** Whether it has a holder that is good everywhere. */
    public boolean inSync() {
        return candidate != null && !recovering;
    }
}
