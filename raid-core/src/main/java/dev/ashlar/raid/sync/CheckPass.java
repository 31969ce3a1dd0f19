package dev.ashlar.raid.sync;

import dev.ashlar.raid.SyncAction;
import dev.ashlar.raid.engine.Engine;
import java.io.IOException;
import java.util.function.LongConsumer;

/** Reads the whole array, counts what does not agree, and makes it agree if it is a repair. */
public final class CheckPass implements SyncPass {
    private final Engine engine;
    private final boolean repair;
    private final LongConsumer mismatchSectors;
    private volatile long position;

    /** @param mismatchSectors told of every unit's sectors that did not agree */
    public CheckPass(Engine engine, boolean repair, LongConsumer mismatchSectors) {
        this.engine = engine;
        this.repair = repair;
        this.mismatchSectors = mismatchSectors;
    }

    @Override
    public SyncAction action() {
        return repair ? SyncAction.REPAIR : SyncAction.CHECK;
    }

    @Override
    public boolean step(long budgetBytes) throws IOException {
        long unitBytes = engine.unitBytes();
        for (long left = budgetBytes; left > 0 && position < engine.syncBytes(); left -= unitBytes) {
            long sectors = engine.checkUnit(position / unitBytes, repair);
            if (sectors > 0) {
                mismatchSectors.accept(sectors);
            }
            position = Math.min(position + unitBytes, engine.syncBytes());
        }
        return position >= engine.syncBytes();
    }

    @Override
    public long doneBytes() {
        return position;
    }

    @Override
    public long totalBytes() {
        return engine.syncBytes();
    }
}
