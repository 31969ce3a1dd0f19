package dev.ashlar.raid;

/** What a member is to its array just now. */
public enum MemberState {
    /** Holds its role's content. */
    IN_SYNC,
    /** Has a role and is being rebuilt; what lies below its recovery offset is good. */
    RECOVERING,
    /** Has no role; takes one when a member is lost. */
    SPARE,
    /** Failed while the array ran, and is not written any more; still attached. */
    FAULTY,
    /** Offered at assembly, but its content is out of date. */
    STALE;

    /** The word shown to users. */
    public String word() {
        return this == IN_SYNC ? "in-sync" : name().toLowerCase(java.util.Locale.ROOT);
    }
}
