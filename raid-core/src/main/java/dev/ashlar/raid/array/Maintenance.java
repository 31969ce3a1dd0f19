package dev.ashlar.raid.array;

import dev.ashlar.block.NoSpaceException;
import dev.ashlar.raid.SyncAction;
import dev.ashlar.raid.SyncProgress;
import dev.ashlar.raid.bitmap.WriteIntentBitmap;
import dev.ashlar.raid.sync.SyncPass;
import dev.ashlar.raid.sync.SyncSpeed;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an array does by itself: background passes with their checkpoints, the bitmap's lazy clearing, going clean when
 * idle. A duty cycle that one thread runs; a test may run it step by step instead.
 *
 * <p>Passes give way to clients: while the array is written, a pass uses one thread and rests as long as it works, but
 * never falls below {@link #SLOWEST_BYTES_PER_SECOND}.
 */
final class Maintenance {
    private static final Logger LOG = LoggerFactory.getLogger(Maintenance.class);
    private static final long STEP_BYTES = 4 << 20;
    private static final long SLOWEST_BYTES_PER_SECOND = 1_000_000;
    private static final long CHECKPOINT_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long SIZE_LOOK_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    /** md's safe_mode_delay. With a bitmap a crash costs little, and going clean costs a flush: there the sweep's pace. */
    private static final long SAFE_MODE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final ArrayCore core;
    private final Passes passes;
    private final FlushGate flushes;
    private final SyncSpeed speed = new SyncSpeed();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition wake = lock.newCondition();
    private final Condition settled = lock.newCondition();
    private final long sweepNanos;
    private final long idleNanos;

    private SyncPass pass;
    private long nextCheckpoint;
    private long checkpointDone;
    private long nextSweep;
    private long nextIdleLook;
    private long nextSizeLook;
    private long writesAtIdleLook = -1;
    private long writesAtStep;
    private long retryAt;
    private boolean woken;
    private volatile boolean working;
    private volatile String trouble = "";
    private volatile boolean ended;
    private Thread thread;

    Maintenance(ArrayCore core, Passes passes, FlushGate flushes) {
        this.core = core;
        this.passes = passes;
        this.flushes = flushes;
        WriteIntentBitmap bitmap = core.bitmap();
        sweepNanos = bitmap == null ? Long.MAX_VALUE
                : TimeUnit.SECONDS.toNanos(Math.max(1, bitmap.header().daemonSleepSeconds()));
        idleNanos = bitmap == null ? SAFE_MODE_NANOS : sweepNanos;
        long now = core.environment.nanoClock().getAsLong();
        nextSweep = bitmap == null ? Long.MAX_VALUE : now + sweepNanos;
        nextIdleLook = now + idleNanos;
        nextSizeLook = now + SIZE_LOOK_NANOS;
        working = passes.due();
    }

    /** Where the running pass is. Safe from any thread. */
    SyncProgress progress() {
        return speed.progress();
    }

    /** Why the running pass cannot go on just now, "" if it can. Safe from any thread. */
    String trouble() {
        return trouble;
    }

    /** Whether a pass is running or due. Safe from any thread. */
    boolean busy() {
        // In this order: what is due no more because it has just begun was marked as work before.
        return passes.due() || working;
    }

    void startThread() {
        thread = Thread.ofPlatform().name("ashlar-maintain-" + core.name).daemon().start(this::run);
    }

    /** Something may be due now. Safe from any thread, also with a stripe lock held. */
    void wakeUp() {
        lock.lock();
        try {
            woken = true;
            wake.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the thread after its current step. */
    void end() {
        ended = true;
        wakeUp();
        boolean interrupted = false;
        while (thread != null && thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until no pass runs or is due. */
    boolean awaitIdle(long nanos) throws InterruptedException {
        lock.lock();
        try {
            long deadline = System.nanoTime() + nanos;
            while (busy()) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                settled.awaitNanos(Math.min(left, LOOK_AGAIN_NANOS));
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        while (!ended) {
            long began = core.environment.nanoClock().getAsLong();
            long writes = core.gate.startedCount();
            boolean worked = dutyUnlessBroken();
            long now = core.environment.nanoClock().getAsLong();
            if (!worked) {
                pause(Math.min(TimeUnit.SECONDS.toNanos(1), untilNextDuty(now)));
            } else if (core.gate.startedCount() != writes) {
                long longest = STEP_BYTES * TimeUnit.SECONDS.toNanos(1) / SLOWEST_BYTES_PER_SECOND;
                rest(Math.min(now - began, longest));
            }
        }
    }

    /** An error of our own must not end maintenance silently. */
    private boolean dutyUnlessBroken() {
        try {
            return duty();
        } catch (RuntimeException e) {
            LOG.error("{}: maintenance met an error of its own", core.name, e);
            return false;
        }
    }

    private long untilNextDuty(long now) {
        long next = Math.min(nextSweep - now, nextIdleLook - now);
        return pass == null && !passes.due() ? next : Math.min(next, retryAt - now);
    }

    /** Waits, but not past a wake-up. */
    private void pause(long nanos) {
        lock.lock();
        try {
            if (!woken && !ended && nanos > 0) {
                wake.awaitNanos(nanos);
            }
            woken = false;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    private void rest(long nanos) {
        lock.lock();
        try {
            long left = nanos;
            while (!ended && left > 0) {
                left = wake.awaitNanos(left);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** One turn of the cycle: everything whose time has come, and one step of a pass. Returns whether a pass worked. */
    boolean duty() {
        long now = core.environment.nanoClock().getAsLong();
        try {
            core.settle();
            if (now >= nextSweep) {
                nextSweep = now + sweepNanos;
                sweep();
            }
            if (now >= nextSizeLook) {
                nextSizeLook = now + SIZE_LOOK_NANOS;
                core.lookAtSizes();
            }
            if (now >= nextIdleLook) {
                nextIdleLook = now + idleNanos;
                lookIdle();
            }
        } catch (IOException e) {
            LOG.warn("{}: {}", core.name, e.getMessage());
        }
        boolean worked = now >= retryAt && stepPass(now);
        announce();
        return worked;
    }

    private void announce() {
        working = pass != null;
        if (!busy()) {
            lock.lock();
            try {
                settled.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private void sweep() throws IOException {
        if (!core.readOnly && core.failure() == null) {
            core.bitmap().sweep(core.roles().whole() && !core.regions().anyTorn(), core.fields().events(), flushes::flush);
        }
    }

    /**
     * Goes clean when nothing was written since the last look. A resync or recovery does not keep it from that: what they
     * have yet to do is in the superblocks. A repair writes parity anywhere, so under it the array stays dirty.
     */
    private void lookIdle() throws IOException {
        if (core.readOnly || core.failure() != null) {
            return;
        }
        if (!core.gate.isOpen()) {
            if (pass == null && !passes.due() && core.overstatesDirt()) {
                flushes.flush();
                core.recordProgress();
            }
            return;
        }
        long writes = core.gate.startedCount();
        boolean idle = writes == writesAtIdleLook && core.gate.quiet();
        writesAtIdleLook = writes;
        if (idle && (pass == null || pass.action() != SyncAction.REPAIR)) {
            flushes.flush();
            core.deactivate(writes);
        }
    }

    private boolean stepPass(long now) {
        try {
            if (pass != null && passes.obsolete(pass)) {
                LOG.info("{}: {} gives way", core.name, pass.action().word());
                pass = null;
            }
            // A spare on its way into a role is for a moment neither due nor a pass; announce() has the last word.
            working = true;
            if (pass == null && !begin(now)) {
                return false;
            }
            long writes = core.gate.startedCount();
            passes.workers().useAll(writes == writesAtStep);
            writesAtStep = writes;
            boolean done = pass.step(STEP_BYTES);
            speed.mark(pass.action(), pass.doneBytes(), pass.totalBytes(), now);
            if (done) {
                passes.finish(pass);
                pass = null;
                speed.idle();
            } else {
                checkpoint(now);
            }
            trouble = "";
            return true;
        } catch (NoSpaceException e) {
            hold(now, "waits for space: " + e.getMessage());
        } catch (IOException e) {
            hold(now, e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("{}: the background pass met an error of its own", core.name, e);
            hold(now, e.toString());
        }
        return false;
    }

    private boolean begin(long now) throws IOException {
        SyncPass next = passes.next();
        if (next == null) {
            speed.idle();
            return false;
        }
        if (next.action() == SyncAction.REPAIR) {
            core.activate();
        }
        pass = next;
        working = true;
        LOG.info("{}: {} begins", core.name, pass.action().word());
        nextCheckpoint = now + CHECKPOINT_NANOS;
        checkpointDone = pass.doneBytes();
        return true;
    }

    private void hold(long now, String why) {
        if (!why.equals(trouble)) {
            LOG.warn("{}: the background pass is held up, and tried again every {} s: {}", core.name,
                    TimeUnit.NANOSECONDS.toSeconds(RETRY_NANOS), why);
        }
        trouble = why;
        speed.held();
        retryAt = now + RETRY_NANOS;
    }

    /** Every ten seconds or sixteenth, as md does. What the members' superblocks will claim is flushed before. */
    private void checkpoint(long now) throws IOException {
        boolean sixteenth = pass.doneBytes() - checkpointDone >= Math.max(STEP_BYTES, pass.totalBytes() / 16);
        if (now < nextCheckpoint && !sixteenth) {
            return;
        }
        nextCheckpoint = now + CHECKPOINT_NANOS;
        checkpointDone = pass.doneBytes();
        switch (pass.action()) {
            case RECOVER -> {
                flushes.flush();
                core.recordProgress();
            }
            case RESYNC -> {
                if (!core.gate.isOpen()) {
                    flushes.flush();
                    core.recordProgress();
                }
            }
            default -> {}
        }
    }
}
