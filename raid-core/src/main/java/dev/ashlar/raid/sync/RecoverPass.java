package dev.ashlar.raid.sync;

import dev.ashlar.raid.MemberState;
import dev.ashlar.raid.SyncAction;
import dev.ashlar.raid.engine.Engine;
import dev.ashlar.raid.engine.EngineHost;
import dev.ashlar.raid.member.Member;
import java.io.IOException;
import java.util.concurrent.atomic.LongAdder;

/**
 * Rebuilds every member that is recovering, all in one pass.
 *
 * <p>The pass is always at the smallest recovery offset of them, so a member that joins late is begun with at once and
 * costs the others nothing: what they have is not written again.
 */
public final class RecoverPass implements SyncPass {
    private final Engine engine;
    private final EngineHost host;
    private final Engine.SyncRange marked;
    private final SyncWorkers workers;

    /** @param marked which ranges of sync bytes a bitmap-guided recovery must copy; asked by several threads */
    public RecoverPass(Engine engine, EngineHost host, Engine.SyncRange marked, SyncWorkers workers) {
        this.engine = engine;
        this.host = host;
        this.marked = marked;
        this.workers = workers;
    }

    @Override
    public SyncAction action() {
        return SyncAction.RECOVER;
    }

    @Override
    public boolean step(long budgetBytes) throws IOException {
        long unitBytes = engine.unitBytes();
        long end = Math.ceilDiv(engine.recoveryBytes(), unitBytes);
        long left = budgetBytes;
        while (left > 0) {
            long from = doneBytes() / unitBytes;
            if (from >= end) {
                return true;
            }
            // Who joins from here on has not been given these units.
            Member[] members = host.roles().present();
            long to = from;
            for (; to < end && left > 0 && !mustCopy(members, to); to++) {
                left -= Math.ceilDiv(unitBytes, 1024);
            }
            if (to == from) {
                to = Math.min(from + Math.ceilDiv(left, unitBytes), end);
                left -= copy(members, from, to) * unitBytes;
            }
            advance(members, from * unitBytes, Math.min(to * unitBytes, engine.recoveryBytes()));
        }
        return doneBytes() >= engine.recoveryBytes();
    }

    /** Returns how many units had to be copied. */
    private long copy(Member[] members, long from, long to) throws IOException {
        LongAdder copied = new LongAdder();
        workers.run(from, to, unit -> {
            if (mustCopy(members, unit)) {
                engine.recoverUnit(unit);
                copied.increment();
            }
        });
        return copied.sum();
    }

    /** A recovery that another system began may have ended within a unit. */
    private boolean mustCopy(Member[] members, long unit) {
        long unitEnd = (unit + 1) * engine.unitBytes();
        for (Member member : members) {
            if (recovering(member) && member.recoveredBytes() < unitEnd && !member.recoverByBitmap()) {
                return true;
            }
        }
        return engine.unitMarked(unit, marked);
    }

    /** A member moves on only from where it is. */
    private static void advance(Member[] members, long unitStart, long unitEnd) {
        for (Member member : members) {
            if (recovering(member) && member.recoveredBytes() >= unitStart) {
                member.recoveredTo(unitEnd);
            }
        }
    }

    private static boolean recovering(Member member) {
        return member.state() == MemberState.RECOVERING;
    }

    @Override
    public long doneBytes() {
        long least = engine.recoveryBytes();
        for (Member member : host.roles().present()) {
            if (recovering(member)) {
                least = Math.min(least, member.recoveredBytes());
            }
        }
        return least;
    }

    @Override
    public long totalBytes() {
        return engine.recoveryBytes();
    }
}
