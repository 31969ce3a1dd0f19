package dev.ashlar.raid.superblock;

import java.util.Objects;

/**
 * A device offered to an array, with its superblock.
 *
 * @param name how users know it, a path as a rule
 * @param superblock what was read from it
 * @param deviceSectors its size
 * @param journal on a journal member: what its log holds
 */
public record Candidate(String name, Superblock superblock, long deviceSectors, JournalContent journal) {
    /** Checks for nulls. */
    public Candidate {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(superblock, "superblock");
        Objects.requireNonNull(journal, "journal");
    }

    /** A candidate whose log, if it is a journal, was not examined. */
    public Candidate(String name, Superblock superblock, long deviceSectors) {
        this(name, superblock, deviceSectors, JournalContent.UNKNOWN);
    }

    int devNumber() {
        return superblock.member().devNumber();
    }

    long events() {
        return superblock.array().events();
    }
}
