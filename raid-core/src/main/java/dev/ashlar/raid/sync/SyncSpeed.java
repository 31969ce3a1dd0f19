package dev.ashlar.raid.sync;

import dev.ashlar.raid.SyncAction;
import dev.ashlar.raid.SyncProgress;

/**
 * The recent speed of a pass and what it has left, from marks of time and position. One thread marks; any may ask.
 */
public final class SyncSpeed {
    private static final long WINDOW_NANOS = 3_000_000_000L;

    private volatile SyncProgress progress = SyncProgress.NONE;
    private SyncAction action = SyncAction.IDLE;
    private long olderNanos;
    private long olderBytes;
    private long newerNanos;
    private long newerBytes;

    /** Takes note of where a pass is at this time. */
    public void mark(SyncAction now, long doneBytes, long totalBytes, long nanos) {
        if (now != action || doneBytes < newerBytes) {
            action = now;
            olderNanos = nanos;
            olderBytes = doneBytes;
            newerNanos = nanos;
            newerBytes = doneBytes;
        }
        if (nanos - newerNanos > WINDOW_NANOS) {
            olderNanos = newerNanos;
            olderBytes = newerBytes;
            newerNanos = nanos;
            newerBytes = doneBytes;
        }
        long elapsed = nanos - olderNanos;
        long speed = elapsed <= 0 ? 0 : (long) ((doneBytes - olderBytes) * 1e9 / elapsed);
        long left = speed == 0 ? -1 : (totalBytes - doneBytes) / speed;
        progress = new SyncProgress(now, doneBytes, totalBytes, speed, left);
    }

    /** The pass stands still: from the next mark on its speed is measured anew. */
    public void held() {
        action = SyncAction.IDLE;
        SyncProgress last = progress;
        progress = new SyncProgress(last.action(), last.doneBytes(), last.totalBytes(), 0, -1);
    }

    /** Nothing runs. */
    public void idle() {
        action = SyncAction.IDLE;
        progress = SyncProgress.NONE;
    }

    /** The last mark. */
    public SyncProgress progress() {
        return progress;
    }
}
