package dev.ashlar.raid;

/** How a redundant array becomes consistent again after an unclean stop; mdadm's words. */
public enum ConsistencyPolicy {
    /** The write-intent bitmap names the regions to resync. */
    BITMAP,
    /** The whole array is resynced. */
    RESYNC,
    /** There is nothing to make consistent (RAID 0). */
    NONE;

    /** The word mdadm uses. */
    public String word() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
