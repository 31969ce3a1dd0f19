package dev.ashlar.raid.array;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.block.ExtentVisitor;
import dev.ashlar.block.NoSpaceException;
import dev.ashlar.block.Ranges;
import dev.ashlar.block.ReadOnlyDeviceException;
import dev.ashlar.raid.ArrayFailedException;
import dev.ashlar.raid.ArrayStatus;
import dev.ashlar.raid.CreateSpec;
import dev.ashlar.raid.OpenOptions;
import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.SyncAction;
import dev.ashlar.raid.bitmap.WriteIntentBitmap;
import dev.ashlar.raid.engine.Engine;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A RAID array over members in Linux md's format, itself a block device.
 *
 * <p>While it is open the members are locked against other processes, and a maintenance thread resyncs, recovers, checks
 * and goes clean as md does. All methods are thread-safe.
 *
 * <p>Order of every write: superblocks dirty on all members, then the bitmap's bits, then data and parity, then what
 * failed on the way is durable on the others, then the call returns.
 */
public final class RaidArray implements BlockDevice {
    private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long DRAIN_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final ArrayCore core;
    private final Engine engine;
    private final Passes passes;
    private final FlushGate flushes;
    private final Maintenance maintenance;
    private final Membership membership;
    private final StatusReport report;
    private final SpaceTrouble space;
    private final WriteGate.Opener activate;
    private final List<String> warnings;
    private boolean closed;

    /** @param warnings what its owner should know about how it was opened */
    RaidArray(ArrayCore core, List<String> warnings) {
        this.core = core;
        this.engine = core.engine();
        this.warnings = new CopyOnWriteArrayList<>(warnings);
        passes = new Passes(core);
        flushes = new FlushGate(core::flushMembers);
        maintenance = new Maintenance(core, passes, flushes);
        membership = new Membership(core, passes);
        space = new SpaceTrouble(core.environment.nanoClock());
        report = new StatusReport(core, passes, maintenance, space);
        activate = core::activate;
        core.onChange(maintenance::wakeUp);
        if (core.environment.background() && !core.readOnly) {
            maintenance.startThread();
        }
    }

    /**
     * Makes missing images, then writes bitmaps, headers and superblocks; leaves the array stopped.
     *
     * @return what was made
     * @throws dev.ashlar.raid.ArrayRefusedException if a member carries something and force was not said
     * @throws IllegalArgumentException if the numbers do not make an array
     */
    public static ArrayStatus create(CreateSpec spec) throws IOException {
        return ArrayCreator.create(spec, ArrayEnvironment.SYSTEM);
    }

    /**
     * Locks and opens the members, decides whether the array may start as asked, and starts it.
     *
     * @throws dev.ashlar.raid.ArrayRefusedException if it must not; nothing was written then
     */
    public static RaidArray open(List<Path> members, OpenOptions options) throws IOException {
        return ArrayOpener.open(members, options, ArrayEnvironment.SYSTEM);
    }

    /** A picture of this moment, from memory; never waits for a member. */
    public ArrayStatus status() {
        return report.take(warnings);
    }

    /**
     * Declares a member faulty, as if a write to it had failed.
     *
     * @param name the member's path
     * @throws dev.ashlar.raid.ArrayRefusedException if there is no such member, or the array cannot do without it
     */
    public void failMember(String name) throws IOException {
        core.failByOwner(membership.find(name));
    }

    /** Detaches a faulty member or a spare and releases it; of a device that was left out, forgets that it was there. */
    public void removeMember(String name) throws IOException {
        membership.remove(name);
        warnings.removeIf(warning -> warning.contains(name));
    }

    /**
     * Attaches a device: returned to its old role by the bitmap where that is exact, else as a new spare, which takes a
     * vacant role at once.
     *
     * @param force whether a device that carries something may be overwritten
     * @return one sentence saying what was done
     */
    public String addMember(Path member, boolean force) throws IOException {
        membership.requireUnattached(member.toString());
        String done = membership.add(MemberDevices.openWritable(member), force);
        warnings.removeIf(warning -> warning.contains(member.toString()));
        return done;
    }

    /** As {@link #addMember(Path, boolean)} with an open device, which the array closes. */
    String addMember(MemberDevice device, boolean force) throws IOException {
        return membership.add(device, force);
    }

    /** Starts {@link SyncAction#CHECK} or {@link SyncAction#REPAIR}; {@link SyncAction#IDLE} ends either. */
    public void requestAction(SyncAction action) throws IOException {
        core.change(() -> {
            passes.request(action);
            return null;
        });
        maintenance.wakeUp();
    }

    /** Waits until no background pass runs or is due; false when the time is over first. */
    public boolean awaitIdle(Duration timeout) throws InterruptedException {
        return maintenance.awaitIdle(timeout.toNanos());
    }

    /** For an array without a maintenance thread: one turn of its duties. Returns whether a pass did a step. */
    boolean maintain() {
        return maintenance.duty();
    }

    /** For tests of unclean stops: ends without a word to the members, as a killed process would. */
    void abandon() throws IOException {
        core.stopWrites();
        core.end();
        maintenance.end();
        membership.closeAll();
        closed = true;
    }

    @Override
    public long sizeBytes() {
        return engine.arrayBytes();
    }

    @Override
    public boolean readOnly() {
        return core.readOnly;
    }

    @Override
    public int optimalIoBytes() {
        return (int) Math.min(engine.stripeBytes(), 1 << 30);
    }

    @Override
    public void read(long offsetBytes, MemorySegment target, long targetOffset, long lengthBytes) throws IOException {
        Ranges.checkDevice(offsetBytes, lengthBytes, engine.arrayBytes());
        Ranges.checkTarget(target, targetOffset, lengthBytes);
        requireOpen("read", offsetBytes, lengthBytes);
        engine.read(offsetBytes, target, targetOffset, lengthBytes);
    }

    @Override
    public void write(long offsetBytes, MemorySegment source, long sourceOffset, long lengthBytes, boolean fua)
            throws IOException {
        Ranges.checkDevice(offsetBytes, lengthBytes, engine.arrayBytes());
        Ranges.checkSource(source, sourceOffset, lengthBytes);
        if (lengthBytes > 0) {
            change("write", offsetBytes, source, sourceOffset, lengthBytes, false, fua);
        }
    }

    @Override
    public void writeZeroes(long offsetBytes, long lengthBytes, boolean mayUnmap, boolean fua) throws IOException {
        Ranges.checkDevice(offsetBytes, lengthBytes, engine.arrayBytes());
        if (lengthBytes > 0) {
            change("writeZeroes", offsetBytes, null, 0, lengthBytes, mayUnmap, fua);
        }
    }

    /** Zeroes the range: parity must be right for what is read afterwards, so "undefined" is not good enough. */
    @Override
    public void trim(long offsetBytes, long lengthBytes, boolean fua) throws IOException {
        Ranges.checkDevice(offsetBytes, lengthBytes, engine.arrayBytes());
        if (lengthBytes > 0) {
            change("trim", offsetBytes, null, 0, lengthBytes, true, fua);
        }
    }

    @Override
    public boolean zeroesFast(long offsetBytes, long lengthBytes, boolean mayUnmap) {
        Ranges.checkDevice(offsetBytes, lengthBytes, engine.arrayBytes());
        return !core.readOnly && lengthBytes > 0 && engine.zeroesFast(offsetBytes, lengthBytes, mayUnmap);
    }

    /** A block of which not even a lost member's content is sure is called data, as is one whose member is silent. */
    @Override
    public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor) throws IOException {
        Ranges.checkDevice(offsetBytes, lengthBytes, engine.arrayBytes());
        requireOpen("extents", offsetBytes, lengthBytes);
        if (lengthBytes > 0) {
            engine.extents(offsetBytes, lengthBytes, visitor);
        }
    }

    /**
     * Tells how well each part of a range is protected, as it is known in memory; never waits for a member.
     *
     * @param visitor is given flags of {@link dev.ashlar.raid.Redundancy}; neighbours differ
     */
    public void redundancy(long offsetBytes, long lengthBytes, ExtentVisitor visitor) {
        Ranges.checkDevice(offsetBytes, lengthBytes, engine.arrayBytes());
        if (lengthBytes > 0) {
            engine.redundancy(offsetBytes, lengthBytes, visitor);
        }
    }

    @Override
    public void prefetch(long offsetBytes, long lengthBytes) {
        Ranges.checkDevice(offsetBytes, lengthBytes, engine.arrayBytes());
        if (!core.isStopped()) {
            engine.prefetch(offsetBytes, lengthBytes);
        }
    }

    private void requireOpen(String verb, long offsetBytes, long lengthBytes) throws ArrayFailedException {
        if (core.isStopped()) {
            throw new ArrayFailedException(core.name, verb, offsetBytes, lengthBytes, "the array is stopped");
        }
    }

    /** @param source null for zeroes */
    private void change(
            String verb,
            long offsetBytes,
            MemorySegment source,
            long sourceOffset,
            long lengthBytes,
            boolean mayUnmap,
            boolean fua)
            throws IOException {
        if (core.readOnly) {
            throw new ReadOnlyDeviceException(core.name, verb, offsetBytes, lengthBytes);
        }
        core.requireWritable(verb);
        core.gate.enter(activate);
        try {
            WriteIntentBitmap bitmap = core.bitmap();
            if (bitmap == null) {
                put(offsetBytes, source, sourceOffset, lengthBytes, mayUnmap, fua);
            } else {
                putMarked(bitmap, offsetBytes, source, sourceOffset, lengthBytes, mayUnmap, fua);
            }
        } catch (NoSpaceException e) {
            space.note(e);
            throw e;
        } finally {
            core.gate.exit();
        }
        // With a member missing, its block is what parity and the other blocks say: all of them must be durable.
        if (fua && core.level.hasParity() && !core.roles().whole()) {
            flush();
        }
    }

    private void putMarked(
            WriteIntentBitmap bitmap,
            long offsetBytes,
            MemorySegment source,
            long sourceOffset,
            long lengthBytes,
            boolean mayUnmap,
            boolean fua)
            throws IOException {
        long from = engine.syncStart(offsetBytes, lengthBytes);
        long length = engine.syncEnd(offsetBytes, lengthBytes) - from;
        boolean wholeBefore = core.roles().whole();
        bitmap.startWrite(from, length);
        boolean done = false;
        try {
            core.settle();
            put(offsetBytes, source, sourceOffset, lengthBytes, mayUnmap, fua);
            done = true;
        } finally {
            bitmap.endWrite(from, length, !done || !wholeBefore || !core.roles().whole());
        }
    }

    private void put(
            long offsetBytes,
            MemorySegment source,
            long sourceOffset,
            long lengthBytes,
            boolean mayUnmap,
            boolean fua)
            throws IOException {
        if (source == null) {
            engine.writeZeroes(offsetBytes, lengthBytes, mayUnmap, fua);
        } else {
            engine.write(offsetBytes, source, sourceOffset, lengthBytes, fua);
        }
    }

    @Override
    public void flush() throws IOException {
        if (!core.readOnly) {
            flushes.flush();
        }
    }

    /** The members' caches are theirs. */
    @Override
    public void evictCached(long offsetBytes, long lengthBytes) {
        Ranges.checkDevice(offsetBytes, lengthBytes, engine.arrayBytes());
    }

    /**
     * Stops cleanly: lets writes under way finish, flushes, writes clean superblocks, releases the members. A failed
     * array, or one whose flush fails now, stays marked dirty.
     *
     * @throws ArrayFailedException if it could not be stopped cleanly; the members are released all the same
     */
    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        core.stopWrites();
        maintenance.end();
        try {
            if (!core.readOnly && core.failure() == null) {
                drain();
                settleMembers();
            }
        } finally {
            core.end();
            membership.closeAll();
        }
        if (!core.readOnly && core.failure() != null) {
            throw new ArrayFailedException(core.name, "stop", 0, 0,
                    "the array has failed and is left marked dirty: " + core.failure());
        }
    }

    private void drain() throws ArrayFailedException {
        long deadline = System.nanoTime() + DRAIN_NANOS;
        while (!core.gate.quiet()) {
            if (System.nanoTime() > deadline) {
                throw new ArrayFailedException(core.name, "stop", 0, 0,
                        "a write has been stuck for " + TimeUnit.NANOSECONDS.toSeconds(DRAIN_NANOS) + " s");
            }
            LockSupport.parkNanos(DRAIN_LOOK_NANOS);
        }
    }

    private void settleMembers() throws IOException {
        core.lookAtSizes();
        if (core.level == RaidLevel.RAID0) {
            flushes.flush();
            return;
        }
        long writes = core.gate.startedCount();
        core.settle();
        boolean dirty = core.gate.isOpen();
        // Also where nothing was written: a process that was killed before may have left writes in the system's cache.
        flushes.flush();
        if (dirty || passes.due() || core.overstatesDirt()) {
            core.recordProgress();
        }
        if (core.bitmap() != null && dirty) {
            core.bitmap().clearAllIdle(core.roles().whole() && !core.regions().anyTorn(), core.fields().events(),
                    flushes::flush);
            core.settle();
        }
        core.deactivate(writes);
    }
}
