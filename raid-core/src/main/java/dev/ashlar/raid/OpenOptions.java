package dev.ashlar.raid;

/**
 * How an array is opened.
 *
 * @param readOnly never write a byte to any member; dirty, degraded and stale arrays open wherever data is readable
 * @param force start a dirty degraded parity array, or with stale members, at the owner's risk
 * @param run start although members are absent that the superblocks list
 */
public record OpenOptions(boolean readOnly, boolean force, boolean run) {
    /** Writable, nothing forced. */
    public static final OpenOptions WRITABLE = new OpenOptions(false, false, false);

    /** No byte is written. */
    public static final OpenOptions READ_ONLY = new OpenOptions(true, false, false);
}
