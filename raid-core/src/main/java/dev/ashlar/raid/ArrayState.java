package dev.ashlar.raid;

/** The state of an open array, md's {@code array_state} narrowed to what matters to its owner. */
public enum ArrayState {
    /** Parity or copies agree on disk. */
    CLEAN,
    /** Writes may be under way; an unclean stop now would be followed by a resync of what is marked. */
    ACTIVE,
    /** Opened read-only: no member is written. */
    READ_ONLY,
    /** More was lost than the level can bear: writes fail, reads give what still can be had. */
    FAILED,
    /** Stopped. */
    STOPPED;

    /** The word shown to users. */
    public String word() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
}
