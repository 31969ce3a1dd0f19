package dev.ashlar.raid.array;

import dev.ashlar.raid.ArrayRefusedException;
import dev.ashlar.raid.MemberState;
import dev.ashlar.raid.SyncAction;
import dev.ashlar.raid.bitmap.WriteIntentBitmap;
import dev.ashlar.raid.engine.RoleTable;
import dev.ashlar.raid.member.Member;
import dev.ashlar.raid.superblock.Roles;
import dev.ashlar.raid.sync.CheckPass;
import dev.ashlar.raid.sync.RecoverPass;
import dev.ashlar.raid.sync.ResyncPass;
import dev.ashlar.raid.sync.SyncPass;
import dev.ashlar.raid.sync.SyncWorkers;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which background pass an array needs, its beginning and its end. Used by the maintenance thread alone, but for what is
 * marked as safe.
 *
 * <p>Order: spares are put into vacant roles; then what was torn or left dirty is resynced; then members are recovered;
 * then a check or repair is done if its owner asked for one. Parity is not resynced while a role is vacant: what the
 * missing member held could not be told.
 */
final class Passes {
    private static final Logger LOG = LoggerFactory.getLogger(Passes.class);

    private final ArrayCore core;
    private final SyncWorkers workers;
    private final AtomicLong mismatchSectors = new AtomicLong(-1);
    private volatile SyncAction requested = SyncAction.IDLE;

    Passes(ArrayCore core) {
        this.core = core;
        workers = new SyncWorkers(core.environment.syncThreads());
    }

    /** Who does the units of passes. For the maintenance thread. */
    SyncWorkers workers() {
        return workers;
    }

    /** Asks for a check or repair, or for the end of it. Safe from any thread. */
    void request(SyncAction action) throws ArrayRefusedException {
        if (action != SyncAction.CHECK && action != SyncAction.REPAIR && action != SyncAction.IDLE) {
            throw new ArrayRefusedException(action.word() + " is not started by request");
        }
        if (action != SyncAction.IDLE && !core.level.isRedundant()) {
            throw new ArrayRefusedException(core.name + " is " + core.level + ", which has nothing to check");
        }
        if (action != SyncAction.IDLE && core.engine().syncBytes() > 0 && requested != SyncAction.IDLE) {
            throw new ArrayRefusedException(core.name + ": a " + requested.word() + (othersFirst()
                    ? " was asked for already, and waits until the array is rebuilt and in sync"
                    : " is running already"));
        }
        requested = action;
    }

    /** The check or repair that was asked for and is not done. Safe from any thread. */
    SyncAction requested() {
        return requested;
    }

    /** What the last check or repair found, -1 before the first one. Safe from any thread. */
    long mismatchSectors() {
        return mismatchSectors.get();
    }

    /** Whether a pass is due. Safe from any thread. */
    boolean due() {
        return core.failure() == null && !core.readOnly
                && (othersFirst() || requested != SyncAction.IDLE);
    }

    /** The pass to run now, or null. */
    SyncPass next() throws IOException {
        if (core.failure() != null || core.readOnly) {
            return null;
        }
        if (spareWanted()) {
            placeSpares();
        }
        if (resyncDue()) {
            return new ResyncPass(core.engine(), core.regions(), workers);
        }
        if (recovering()) {
            return new RecoverPass(core.engine(), core, this::marked, workers);
        }
        return switch (requested) {
            case CHECK, REPAIR -> {
                mismatchSectors.set(0);
                core.notComparedSectors.set(0);
                yield new CheckPass(core.engine(), requested == SyncAction.REPAIR, mismatchSectors::addAndGet, workers);
            }
            default -> null;
        };
    }

    /** Whether a check or repair has to wait. */
    private boolean othersFirst() {
        return resyncDue() || recovering() || spareWanted();
    }

    /** Whether the running pass has to make way. */
    boolean obsolete(SyncPass pass) {
        return switch (pass.action()) {
            case CHECK, REPAIR -> requested != pass.action() || othersFirst();
            case RESYNC -> !resyncDue();
            default -> false;
        };
    }

    /** Makes the result of a complete pass durable. */
    void finish(SyncPass pass) throws IOException {
        switch (pass.action()) {
            case RECOVER -> finishRecovery();
            case RESYNC -> {
                core.regions().resynced();
                core.flushMembers();
                core.recordProgress();
                LOG.info("{}: resync done", core.name);
            }
            default -> {
                if (pass.action() == SyncAction.REPAIR) {
                    core.flushMembers();
                }
                requested = SyncAction.IDLE;
                LOG.info("{}: {} done, {} sectors did not agree", core.name, pass.action().word(), mismatchSectors.get());
            }
        }
    }

    private boolean resyncDue() {
        RoleTable table = core.roles();
        if (core.level.hasParity() && !noVacancy(table)) {
            return false;
        }
        return core.regions().nextDue(0) >= 0 && (core.level.isMirror() || !recovering());
    }

    private static boolean noVacancy(RoleTable table) {
        return table.present().length == table.size();
    }

    private boolean recovering() {
        for (Member member : core.roles().present()) {
            if (member.state() == MemberState.RECOVERING) {
                return true;
            }
        }
        return false;
    }

    private boolean spareWanted() {
        return !core.spares().isEmpty() && core.level.isRedundant() && !noVacancy(core.roles());
    }

    private void placeSpares() throws IOException {
        core.change(() -> {
            RoleTable table = core.roles();
            boolean placed = false;
            for (int role = 0; role < table.size() && !core.spares().isEmpty(); role++) {
                if (table.member(role) == null) {
                    Member spare = core.spares().removeFirst();
                    takeRole(spare, role, false);
                    placed = true;
                    LOG.info("{}: {} takes role {} and is rebuilt", core.name, spare.name(), role);
                }
            }
            if (placed) {
                core.commit(ArrayCore.Change.OTHER);
            }
            return null;
        });
    }

    /** Puts a member into a vacant role, to be rebuilt there; the caller commits. Holds the state lock. */
    void takeRole(Member member, int role, boolean byBitmap) throws IOException {
        member.startRecovery(role, byBitmap);
        member.fields(MemberSuperblock.recovering(member));
        core.fields(core.fields().withRole(member.fields().devNumber(), role));
        if (!byBitmap) {
            core.vacancies().taken(role);
        }
        core.table(core.roles().with(role, member));
        WriteIntentBitmap bitmap = core.bitmap();
        if (bitmap != null) {
            bitmap.rewriteAll();
        }
    }

    private void finishRecovery() throws IOException {
        List<Member> done = java.util.Arrays.stream(core.roles().present())
                .filter(member -> member.state() == MemberState.RECOVERING
                        && member.recoveredBytes() >= core.engine().recoveryBytes())
                .toList();
        core.flushMembers();
        core.change(() -> {
            for (Member member : done) {
                if (member.state() == MemberState.RECOVERING) {
                    member.recovered();
                    member.fields(MemberSuperblock.settled(member));
                    core.vacancies().taken(member.role());
                    LOG.info("{}: {} is rebuilt and in sync as role {}", core.name, member.name(), member.role());
                }
            }
            core.commit(ArrayCore.Change.OTHER);
            core.table(core.roles().refreshed());
            return null;
        });
    }

    private boolean marked(long offset, long length) {
        WriteIntentBitmap bitmap = core.bitmap();
        return bitmap == null || bitmap.isSet(offset, length);
    }

    /** Whether a failed member's former role is vacant. */
    boolean vacant(int role) {
        return role >= 0 && Roles.isActive(role) && role < core.roles().size() && core.roles().member(role) == null;
    }
}
