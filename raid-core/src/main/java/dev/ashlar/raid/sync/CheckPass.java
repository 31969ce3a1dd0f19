package dev.ashlar.raid.sync;

import dev.ashlar.raid.SyncAction;
import dev.ashlar.raid.engine.Engine;
import java.io.IOException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;

/** Reads the whole array, counts what does not agree, and makes it agree if it is a repair. */
public final class CheckPass implements SyncPass {
    private final Engine engine;
    private final boolean repair;
    private final LongConsumer mismatchSectors;
    private final SyncWorkers workers;
    private volatile long position;

    /** @param mismatchSectors told of every step's sectors that did not agree */
    public CheckPass(Engine engine, boolean repair, LongConsumer mismatchSectors, SyncWorkers workers) {
        this.engine = engine;
        this.repair = repair;
        this.mismatchSectors = mismatchSectors;
        this.workers = workers;
    }

    @Override
    public SyncAction action() {
        return repair ? SyncAction.REPAIR : SyncAction.CHECK;
    }

    @Override
    public boolean step(long budgetBytes) throws IOException {
        long unitBytes = engine.unitBytes();
        long from = position / unitBytes;
        long to = Math.min(from + Math.ceilDiv(budgetBytes, unitBytes), Math.ceilDiv(engine.syncBytes(), unitBytes));
        LongAdder sectors = new LongAdder();
        try {
            workers.run(from, to, unit -> sectors.add(engine.checkUnit(unit, repair)));
        } catch (IOException e) {
            if (repair) {
                // The step is done again, and will not find any more what has been mended by now.
                mismatchSectors.accept(sectors.sum());
            }
            throw e;
        }
        mismatchSectors.accept(sectors.sum());
        position = Math.min(to * unitBytes, engine.syncBytes());
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
