package dev.ashlar.raid;

/** What a background pass over an array does: the values of md's {@code sync_action}. */
public enum SyncAction {
    /** No pass is running. */
    IDLE,
    /** Makes parity or copies agree with the data after an unclean stop. */
    RESYNC,
    /** Rebuilds the content of members that took over a role. */
    RECOVER,
    /** Reads everything and counts what does not agree. */
    CHECK,
    /** As check, and makes it agree. */
    REPAIR;

    /** md's word. */
    public String word() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
