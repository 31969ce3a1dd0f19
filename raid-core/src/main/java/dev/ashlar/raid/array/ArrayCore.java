package dev.ashlar.raid.array;

import dev.ashlar.block.DeviceException;
import dev.ashlar.block.DeviceShrunkException;
import dev.ashlar.block.NoSpaceException;
import dev.ashlar.raid.ArrayFailedException;
import dev.ashlar.raid.ArrayRefusedException;
import dev.ashlar.raid.MemberState;
import dev.ashlar.raid.MemberStatus;
import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.bitmap.WriteIntentBitmap;
import dev.ashlar.raid.engine.Engine;
import dev.ashlar.raid.engine.EngineHost;
import dev.ashlar.raid.engine.RoleTable;
import dev.ashlar.raid.member.Member;
import dev.ashlar.raid.superblock.ArrayFields;
import dev.ashlar.raid.superblock.EventCounter;
import dev.ashlar.raid.superblock.MdText;
import dev.ashlar.raid.superblock.Roles;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state of an open array, and every change of it.
 *
 * <p>Invariants:
 * <ul>
 *   <li>State changes happen under the state lock. Whoever holds it never waits for a stripe lock, so a data path may ask
 *       for a change while it holds one.
 *   <li>A change is durable on every live member before {@link #roles} shows it or a caller is told of it. A member that
 *       cannot be written in the course of it fails too, in the same change.
 *   <li>A loss that the level cannot bear is not recorded. The array is failed from then on: no write and no flush
 *       succeeds until it is opened anew.
 *   <li>The superblocks say "dirty" whenever a write may be under way; they say "clean" only after everything written was
 *       flushed, and nothing is torn, due for resync or unflushed.
 *   <li>The bitmap's header is written before the superblocks of the same events.
 * </ul>
 */
final class ArrayCore implements EngineHost {
    /** md's default: after so many mended read errors a member is not worth keeping. */
    static final int MAX_READ_ERRORS = 20;

    private static final Logger LOG = LoggerFactory.getLogger(ArrayCore.class);

    final String name;
    final RaidLevel level;
    final boolean readOnly;
    final ArrayEnvironment environment;
    final WriteGate gate;
    final AtomicLong notComparedSectors = new AtomicLong();
    final int minorVersion;

    private final ReentrantLock state = new ReentrantLock();
    private final List<Member> spares = new CopyOnWriteArrayList<>();
    private final List<Member> faulty = new CopyOnWriteArrayList<>();
    private final List<MemberStatus> stale = new CopyOnWriteArrayList<>();
    private final UnsettledFailures unsettled = new UnsettledFailures();
    private final Vacancies vacancies = new Vacancies();

    private Engine engine;
    private WriteIntentBitmap bitmap;
    private SyncRegions regions;
    private EventCounter events;
    private volatile ArrayFields fields;
    private volatile RoleTable table;
    private volatile String failure;
    private volatile boolean stopping;
    private volatile boolean stopped;
    private volatile Runnable onChange = () -> {};

    ArrayCore(String name, ArrayFields fields, int minorVersion, RoleTable table, boolean readOnly,
            ArrayEnvironment environment) {
        this.name = name;
        this.fields = fields;
        this.level = fields.level();
        this.minorVersion = minorVersion;
        this.table = table;
        this.readOnly = readOnly;
        this.environment = environment;
        this.events = EventCounter.started(fields.events());
        this.gate = new WriteGate(level == RaidLevel.RAID0);
    }

    /** Second half of construction: engine and bitmap need the core. */
    void start(Engine engine, WriteIntentBitmap bitmap, long resyncPosition) {
        this.engine = engine;
        this.bitmap = bitmap;
        this.regions = new SyncRegions(name, bitmap, engine.syncBytes(), resyncPosition,
                () -> level.hasParity() && table.present().length < table.size());
    }

    /** What to call when background work may have become due; must not block. */
    void onChange(Runnable listener) {
        onChange = listener;
    }

    /** Background work may have become due. */
    void changed() {
        onChange.run();
    }

    Engine engine() {
        return engine;
    }

    /** The write-intent bitmap, or null. */
    WriteIntentBitmap bitmap() {
        return bitmap;
    }

    ArrayFields fields() {
        return fields;
    }

    List<Member> spares() {
        return spares;
    }

    List<Member> faulty() {
        return faulty;
    }

    /** Devices that were offered and left out; they are not attached. */
    List<MemberStatus> stale() {
        return stale;
    }

    /** Why the array is failed, or null. */
    String failure() {
        return failure;
    }

    boolean isStopped() {
        return stopped;
    }

    /** Where parity or copies agree. */
    SyncRegions regions() {
        return regions;
    }

    /** Who left which role. Holds the state lock. */
    Vacancies vacancies() {
        return vacancies;
    }

    // ---- what the data path asks

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean readOnly() {
        return readOnly;
    }

    @Override
    public RoleTable roles() {
        return table;
    }

    @Override
    public boolean consistent(long offsetSyncBytes, long lengthBytes) {
        return regions.consistent(offsetSyncBytes, lengthBytes);
    }

    @Override
    public long agreementEnd(long offsetSyncBytes) {
        return regions.agreementEnd(offsetSyncBytes);
    }

    @Override
    public boolean resyncing(long offsetSyncBytes) {
        return recovers() && !(level.hasParity() && table.present().length < table.size())
                && !regions.stuckAt(offsetSyncBytes);
    }

    @Override
    public boolean recovers() {
        return !readOnly && failure == null && !stopped;
    }

    @Override
    public void torn(long offsetSyncBytes, long lengthBytes) {
        regions.tear(offsetSyncBytes, lengthBytes);
        onChange.run();
    }

    @Override
    public void agrees(long offsetSyncBytes, long lengthBytes) {
        regions.agrees(offsetSyncBytes, lengthBytes);
    }

    @Override
    public void notCompared(long sectors) {
        notComparedSectors.addAndGet(sectors);
    }

    @Override
    public void readErrorMended(Member member, DeviceException cause) {
        LOG.warn("{}: mended a block of {}: {}", name, member.name(), cause.getMessage());
        state.lock();
        try {
            member.fields(member.fields().withCorrectedReads(member.fields().correctedReads() + 1));
        } finally {
            state.unlock();
        }
        if (member.readErrors() > MAX_READ_ERRORS) {
            memberFailedIfBearable(member, new DeviceException(member.name(), "read", cause.offsetBytes(),
                    cause.lengthBytes(), "more than " + MAX_READ_ERRORS + " read errors"));
        }
    }

    @Override
    public boolean addBadBlocks(Member member, long offsetBytes, long lengthBytes) {
        state.lock();
        try {
            return BadBlockLog.add(this, member, offsetBytes, lengthBytes);
        } finally {
            state.unlock();
        }
    }

    @Override
    public void clearBadBlocks(Member member, long offsetBytes, long lengthBytes) {
        state.lock();
        try {
            BadBlockLog.remove(this, member, offsetBytes, lengthBytes);
        } finally {
            state.unlock();
        }
    }

    // ---- failures

    @Override
    public void memberFailed(Member member, DeviceException cause) throws ArrayFailedException {
        memberFailed(member, cause, cause.getMessage());
    }

    /** @param reason what its owner is told */
    private void memberFailed(Member member, DeviceException cause, String reason) throws ArrayFailedException {
        state.lock();
        try {
            if (readOnly) {
                return;
            }
            if (member.state() == MemberState.FAULTY) {
                requireAlive(cause.operation());
                return;
            }
            if (stopped) {
                throw stoppedException(cause.operation());
            }
            requireBearable(member, cause);
            List<Member> casualties = new ArrayList<>(List.of(member));
            drop(member, reason);
            commit(Change.MEMBERS, casualties);
            onChange.run();
        } catch (ArrayFailedException e) {
            throw e;
        } catch (IOException e) {
            throw fail(cause.operation(), e.getMessage());
        } finally {
            state.unlock();
        }
    }

    @Override
    public void memberFailedIfBearable(Member member, DeviceException cause) {
        state.lock();
        try {
            if (member.state() == MemberState.IN_SYNC && !bearable(member)) {
                LOG.warn("{}: {} should go, but cannot be spared: {}", name, member.name(), cause.getMessage());
                return;
            }
            memberFailed(member, cause);
        } catch (ArrayFailedException e) {
            LOG.warn("{}: {}", name, e.getMessage());
        } finally {
            state.unlock();
        }
    }

    private void requireBearable(Member member, DeviceException cause) throws ArrayFailedException {
        if (failure != null) {
            throw failedException(cause.operation());
        }
        if (member.state() == MemberState.IN_SYNC && !bearable(member)) {
            throw fail(cause.operation(), cause.getMessage());
        }
    }

    /** Members dropped earlier in the same change count as lost, although the table shows them until it is durable. */
    private boolean bearable(Member member) {
        return engine.survivesWithout(table.refreshed().notInSyncMask() | 1L << member.role());
    }

    private ArrayFailedException fail(String operation, String why) {
        failure = why;
        LOG.error("{}: failed, writes are refused until it is opened anew: {}", name, why);
        return failedException(operation);
    }

    private ArrayFailedException failedException(String operation) {
        return new ArrayFailedException(name, operation, 0, 0, "the array has failed: " + failure);
    }

    private ArrayFailedException stoppedException(String operation) {
        return new ArrayFailedException(name, operation, 0, 0, "the array is stopped");
    }

    /** Takes a member out of service in memory; the caller commits. Its role is shown vacant only after that. */
    private void drop(Member member, String why) {
        LOG.error("{}: {} failed and is out of service: {}", name, member.name(), why);
        if (member.state() == MemberState.IN_SYNC && member.sizeKept()) {
            vacancies.left(member, events.highest());
        }
        if (bitmap != null) {
            // Before flushes leave it out: what it had not flushed is under bits that must stay for its return.
            bitmap.memberLost();
        }
        member.fail(why);
        spares.remove(member);
        faulty.add(member);
        fields = fields.withRole(member.fields().devNumber(), Roles.FAULTY);
    }

    /** Takes members out of service whose storage has become smaller where no request has met it. */
    void lookAtSizes() {
        for (Member member : live()) {
            try {
                member.device().checkSize();
            } catch (DeviceShrunkException e) {
                memberShrunk(member, e);
            } catch (IOException _) {
                // One that has just been detached is closed; whatever else it is, requests meet it too.
            }
        }
    }

    private void memberShrunk(Member member, DeviceShrunkException cause) {
        state.lock();
        try {
            if (live().contains(member)) {
                memberFailedIfBearable(member, cause);
            }
        } finally {
            state.unlock();
        }
    }

    /** The bitmap's store met these while it held its own lock; they are settled as soon as nobody holds it. */
    void failLater(MemberFan.Failure failed) {
        unsettled.add(failed);
    }

    /** Makes failures durable that were met while the bitmap was written. */
    void settle() throws IOException {
        if (!unsettled.any()) {
            return;
        }
        state.lock();
        try {
            for (MemberFan.Failure failed : unsettled.take()) {
                memberFailed(failed.member(), failed.member().describe("write of the bitmap", 0, 0, failed.cause()));
            }
            unsettled.settled();
        } finally {
            state.unlock();
        }
    }

    // ---- commits

    /** What a superblock update is about; decides how events move. */
    enum Change {
        /** The array becomes dirty. */
        TO_DIRTY,
        /** The array becomes clean. */
        TO_CLEAN,
        /** A checkpoint, a spare, an end of a pass. */
        OTHER,
        /** A member was lost: several updates in turn, so that it can never look fresh. */
        MEMBERS
    }

    /** As {@link #commit(Change, List)} with nobody lost yet. Holds the state lock. */
    void commit(Change change) throws IOException {
        commit(change, new ArrayList<>());
    }

    /**
     * Makes the state of memory durable on all live members, and then shows it. Members that cannot be written are lost
     * in the same go.
     *
     * @param casualties members already dropped, whose roles become vacant
     */
    private void commit(Change change, List<Member> casualties) throws IOException {
        if (level == RaidLevel.RAID0) {
            return;
        }
        try {
            updateUntilWritten(change, casualties);
        } catch (IOException e) {
            if (!casualties.isEmpty() && failure == null) {
                throw fail("update of the superblocks", "a loss could not be recorded: " + e.getMessage());
            }
            throw e;
        }
        RoleTable shown = table;
        for (Member lost : casualties) {
            if (lost.role() >= 0 && shown.member(lost.role()) == lost) {
                shown = shown.with(lost.role(), null);
            }
        }
        table = shown;
    }

    private void updateUntilWritten(Change change, List<Member> casualties) throws IOException {
        Change now = change;
        int updates = now == Change.MEMBERS ? events.updatesToOutdate() : 1;
        while (updates > 0) {
            if (update(now, casualties)) {
                updates--;
            } else {
                now = Change.MEMBERS;
                updates = events.updatesToOutdate();
            }
        }
    }

    /** One update of all live members. False if some were lost on the way. */
    private boolean update(Change change, List<Member> casualties) throws IOException {
        EventCounter before = events;
        advance(change);
        if (bitmap != null) {
            bitmap.updateEvents(fields.events());
        }
        ArrayFields written = fields;
        List<MemberFan.Failure> failures = new ArrayList<>(
                MemberFan.run(live(), member -> MemberSuperblock.write(member, written, minorVersion)));
        failures.addAll(unsettled.take());
        NoSpaceException noSpace = null;
        for (MemberFan.Failure failed : failures) {
            if (failed.cause() instanceof NoSpaceException full) {
                noSpace = full;
            } else {
                lose(failed, casualties);
            }
        }
        if (noSpace != null) {
            // The next try carries the same number: a member must not fall two behind for lack of space.
            events = new EventCounter(before.events(), events.highest(), before.last());
            throw noSpace;
        }
        return failures.isEmpty();
    }

    private void lose(MemberFan.Failure failed, List<Member> casualties) throws ArrayFailedException {
        Member member = failed.member();
        if (member.state() == MemberState.FAULTY) {
            return;
        }
        DeviceException cause = member.describe("write of the superblock", 0, 0, failed.cause());
        member.countWriteError();
        requireBearable(member, cause);
        drop(member, cause.getMessage());
        casualties.add(member);
    }

    private void advance(Change change) {
        boolean degraded = !table.whole();
        events = switch (change) {
            case TO_DIRTY -> events.dirtied(degraded);
            case TO_CLEAN -> events.cleaned(degraded);
            case OTHER, MEMBERS -> events.changed();
        };
        fields = fields.withEvents(events.events())
                .withUtime(MdText.time(environment.wallClock().instant().getEpochSecond(), 0));
    }

    /** Members whose superblocks are kept up to date: those with a role, and spares. */
    List<Member> live() {
        List<Member> live = new ArrayList<>();
        for (Member member : table.present()) {
            if (member.state() != MemberState.FAULTY) {
                live.add(member);
            }
        }
        live.addAll(spares);
        return live;
    }

    /** Members that hold the bitmap: those with a role. */
    void storeBitmap(long bitmapOffsetBytes, MemorySegment source, long sourceOffset, long lengthBytes)
            throws IOException {
        List<Member> holders = new ArrayList<>(live());
        holders.removeIf(member -> member.state() == MemberState.SPARE);
        ArrayFields now = fields;
        List<MemberFan.Failure> failures = MemberFan.run(holders, member -> member.device()
                .write((member.fields().superOffset() + now.bitmapOffset()) * 512 + bitmapOffsetBytes, source,
                        sourceOffset, lengthBytes, true));
        for (MemberFan.Failure failed : failures) {
            if (failed.cause() instanceof NoSpaceException full) {
                throw full;
            }
        }
        if (failures.size() == holders.size()) {
            throw fail("write of the bitmap", "no member could be written");
        }
        failures.forEach(this::failLater);
    }

    // ---- clean and dirty

    /** Makes the superblocks say "dirty" and opens the gate. */
    void activate() throws IOException {
        state.lock();
        try {
            requireWritable("write");
            if (gate.isOpen()) {
                return;
            }
            fields = fields.withResyncOffset(0);
            commit(Change.TO_DIRTY);
            gate.open();
        } finally {
            state.unlock();
        }
    }

    /** Throws if the array has failed or ended. */
    private void requireAlive(String operation) throws ArrayFailedException {
        if (stopped) {
            throw stoppedException(operation);
        }
        if (failure != null) {
            throw failedException(operation);
        }
    }

    /** Throws unless the array takes writes. */
    void requireWritable(String operation) throws ArrayFailedException {
        if (stopping) {
            throw stoppedException(operation);
        }
        requireAlive(operation);
    }

    /**
     * Makes the superblocks say what is in sync, if no write has begun since the given count and none is under way.
     * Everything written must have been flushed after the count was taken.
     */
    boolean deactivate(long startedCount) throws IOException {
        state.lock();
        try {
            if (level == RaidLevel.RAID0 || failure != null || stopped || !gate.isOpen()) {
                return false;
            }
            if (!gate.tryShut(startedCount)) {
                return false;
            }
            fields = fields.withResyncOffset(regions.checkpoint());
            commit(Change.TO_CLEAN);
            return true;
        } catch (IOException e) {
            // Some members may say "clean" now: the gate stays shut, so that the next write makes all of them "dirty".
            fields = fields.withResyncOffset(0);
            throw e;
        } finally {
            state.unlock();
        }
    }

    /** Whether the superblocks of an array that is not being written claim less to be in sync than is. */
    boolean overstatesDirt() {
        return level.isRedundant() && fields.resyncOffset() != regions.checkpoint();
    }

    /** Writes superblocks with the progress of passes; resync_offset shows it only if the array is not active. */
    void recordProgress() throws IOException {
        state.lock();
        try {
            requireAlive("checkpoint");
            for (Member member : table.present()) {
                if (member.state() == MemberState.RECOVERING) {
                    member.fields(MemberSuperblock.recovering(member));
                }
            }
            if (!gate.isOpen()) {
                fields = fields.withResyncOffset(regions.checkpoint());
            }
            commit(Change.OTHER);
        } finally {
            state.unlock();
        }
    }

    // ---- flush

    /** Makes everything written so far durable on every member with a role. */
    void flushMembers() throws IOException {
        requireAlive("flush");
        List<Member> members = new ArrayList<>(List.of(table.present()));
        boolean leftOut = members.removeIf(member -> member.state() == MemberState.FAULTY);
        for (MemberFan.Failure failed : MemberFan.run(members, Member::flush)) {
            failed.member().countWriteError();
            memberFailed(failed.member(), failed.member().describe("flush", 0, 0, failed.cause()));
        }
        if (leftOut) {
            awaitChanges();
        }
        requireAlive("flush");
    }

    /** A member that is faulty in memory may not be so on disk yet; whoever drops it holds the lock until it is. */
    private void awaitChanges() {
        state.lock();
        state.unlock();
    }

    // ---- membership

    /** Does something under the state lock, while the array takes changes. */
    <T> T change(StateTask<T> task) throws IOException {
        state.lock();
        try {
            if (readOnly) {
                throw new ArrayRefusedException(name + " is open read-only");
            }
            requireWritable("change");
            return task.run();
        } finally {
            state.unlock();
        }
    }

    /** What is done under the state lock. */
    @FunctionalInterface
    interface StateTask<T> {
        T run() throws IOException;
    }

    /** Holds the state lock. */
    void fields(ArrayFields changed) {
        fields = changed;
    }

    /** Holds the state lock. */
    void table(RoleTable changed) {
        table = changed;
    }

    /** Fails a member because its owner says so. */
    void failByOwner(Member member) throws IOException {
        change(() -> {
            if (member.state() == MemberState.FAULTY) {
                throw new ArrayRefusedException(member.name() + " is faulty already");
            }
            if (member.state() == MemberState.IN_SYNC && !bearable(member)) {
                throw new ArrayRefusedException(name + " cannot do without " + member.name()
                        + ": failing it would fail the array");
            }
            String reason = "failed by its owner";
            memberFailed(member, new DeviceException(member.name(), "use", 0, 0, reason), reason);
            return null;
        });
    }

    /** From now on no write begins; those that have begun may finish. */
    void stopWrites() {
        stopping = true;
    }

    /** From now on nothing changes any more. */
    void end() {
        state.lock();
        try {
            stopped = true;
            gate.shut();
        } finally {
            state.unlock();
        }
    }
}
