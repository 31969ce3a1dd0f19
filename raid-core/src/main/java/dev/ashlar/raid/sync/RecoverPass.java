package dev.ashlar.raid.sync;

import dev.ashlar.raid.MemberState;
import dev.ashlar.raid.SyncAction;
import dev.ashlar.raid.engine.Engine;
import dev.ashlar.raid.engine.EngineHost;
import dev.ashlar.raid.member.Member;
import java.io.IOException;

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

    /** @param marked which ranges of sync bytes a bitmap-guided recovery must copy */
    public RecoverPass(Engine engine, EngineHost host, Engine.SyncRange marked) {
        this.engine = engine;
        this.host = host;
        this.marked = marked;
    }

    @Override
    public SyncAction action() {
        return SyncAction.RECOVER;
    }

    @Override
    public boolean step(long budgetBytes) throws IOException {
        long unitBytes = engine.unitBytes();
        long left = budgetBytes;
        while (left > 0) {
            long position = doneBytes();
            if (position >= engine.recoveryBytes()) {
                return true;
            }
            long unit = position / unitBytes;
            // Who joins from here on has not been given this unit.
            Member[] members = host.roles().present();
            if (mustCopy(members, unit, position)) {
                engine.recoverUnit(unit);
                left -= unitBytes;
            } else {
                left -= Math.ceilDiv(unitBytes, 1024);
            }
            advance(members, unit * unitBytes, Math.min((unit + 1) * unitBytes, engine.recoveryBytes()));
        }
        return doneBytes() >= engine.recoveryBytes();
    }

    private boolean mustCopy(Member[] members, long unit, long position) {
        for (Member member : members) {
            if (recovering(member) && member.recoveredBytes() <= position && !member.recoverByBitmap()) {
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
