package dev.ashlar.raid;

/**
 * How far a background pass is. A value of its moment.
 *
 * @param action what is running, {@link SyncAction#IDLE} for nothing
 * @param doneBytes how much of the pass is done, in bytes of one member (RAID 10: of the array)
 * @param totalBytes what {@code doneBytes} reaches at the end
 * @param bytesPerSecond the recent speed, in the same bytes; 0 when not known yet
 * @param secondsLeft estimated time left; -1 when not known yet
 */
public record SyncProgress(SyncAction action, long doneBytes, long totalBytes, long bytesPerSecond, long secondsLeft) {
    /** Nothing is running. */
    public static final SyncProgress NONE = new SyncProgress(SyncAction.IDLE, 0, 0, 0, -1);

    /** The share done, 0 to 1. */
    public double fraction() {
        return totalBytes == 0 ? 1 : (double) doneBytes / totalBytes;
    }
}
