package dev.ashlar.raid.sync;

import dev.ashlar.raid.SyncAction;
import dev.ashlar.raid.engine.Engine;
import java.io.IOException;

/**
 * Makes parity or copies agree where they may not.
 *
 * <p>What is due is asked anew for each window, so that regions which become due while it runs are done in the same pass.
 * A window is whole units and whole regions: only then is it declared in sync.
 */
public final class ResyncPass implements SyncPass {
    /** What has to be resynced, and where to say that it is done. Offsets are sync bytes. */
    public interface Regions {
        /** The first byte at or after {@code from} that is due, or -1. */
        long nextDue(long from);

        /** The start of the region that holds {@code offset} and is to be declared in sync as a whole. */
        long regionStart(long offset);

        /** The end of the region that holds {@code offset} and is to be declared in sync as a whole. */
        long regionEnd(long offset);

        /** Parity or copies agree in this range, and what was written for it is in the members' caches. */
        void inSync(long offset, long length);

        /** Parity in this range cannot be made to agree, because data there is lost. It is due no more. */
        void stuck(long offset, long length);
    }

    private final Engine engine;
    private final Regions regions;
    private final SyncWorkers workers;
    private long windowStart = -1;
    private long windowEnd;
    private long position;
    /** Whether all of the window could be made to agree so far; only ever cleared while units are done. */
    private volatile boolean whole;

    /** See the class. */
    public ResyncPass(Engine engine, Regions regions, SyncWorkers workers) {
        this.engine = engine;
        this.regions = regions;
        this.workers = workers;
    }

    @Override
    public SyncAction action() {
        return SyncAction.RESYNC;
    }

    @Override
    public boolean step(long budgetBytes) throws IOException {
        long unitBytes = engine.unitBytes();
        long left = budgetBytes;
        while (left > 0) {
            if (windowStart < 0 && !openWindow()) {
                return true;
            }
            long from = position / unitBytes;
            long to = Math.min(from + Math.ceilDiv(left, unitBytes), Math.ceilDiv(windowEnd, unitBytes));
            workers.run(from, to, unit -> {
                if (!engine.resyncUnit(unit)) {
                    whole = false;
                }
            });
            position = Math.min(to * unitBytes, windowEnd);
            left -= (to - from) * unitBytes;
            if (position >= windowEnd) {
                closeWindow();
            }
        }
        return windowStart < 0 && regions.nextDue(0) < 0;
    }

    private void closeWindow() {
        if (whole) {
            regions.inSync(windowStart, windowEnd - windowStart);
        } else {
            regions.stuck(windowStart, windowEnd - windowStart);
        }
        windowStart = -1;
    }

    /** The next window: from {@link #position} on, and from the start again for what became due behind it. */
    private boolean openWindow() {
        long due = position < engine.syncBytes() ? regions.nextDue(position) : -1;
        if (due < 0) {
            due = regions.nextDue(0);
        }
        if (due < 0) {
            return false;
        }
        long unitBytes = engine.unitBytes();
        // What is due may begin within a region: where data before it is lost, and was passed over.
        windowStart = regions.regionStart(due) / unitBytes * unitBytes;
        windowEnd = Math.min(Math.ceilDiv(regions.regionEnd(due), unitBytes) * unitBytes, engine.syncBytes());
        position = windowStart;
        whole = true;
        return true;
    }

    @Override
    public long doneBytes() {
        return Math.min(position, engine.syncBytes());
    }

    @Override
    public long totalBytes() {
        return engine.syncBytes();
    }
}
