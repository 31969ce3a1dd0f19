package dev.ashlar.nbd.transmission;

import dev.ashlar.block.BlockDevice;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes of one connection between socket and device: while the connection's thread receives one payload, a thread of the
 * stage writes those before it, several as one where they follow each other.
 *
 * <p>Invariants: writes are executed in the order of their arrival. One is answered after the device has taken all of it. What
 * the device fails as a part of several is tried again alone, so that only those are told of a failure whom it concerns.
 * {@link #close} returns only when no thread of the stage is inside the device any more.
 *
 * <p>The stage ends by itself when it has had nothing to do for a while: an idle connection holds neither ring nor thread.
 */
final class WriteStage implements Runnable {
    /** Two full stripes of many disks. */
    static final int MOST_RING_BYTES = 8 << 20;

    /** What holds two stripes of a few disks. */
    private static final int LEAST_RING_BYTES = 1 << 20;

    private static final int PARTS = 4;

    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** How long the rest of a stripe is waited for when its payload is on the way. */
    private static final long INCOMING_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    /** How long when it is only likely to come. */
    private static final long LIKELY_NANOS = TimeUnit.MICROSECONDS.toNanos(200);
    private static final long LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
    /** How many waits for nothing end the belief that a stream goes on, and how many good ones restore it. */
    private static final int MOST_TRUST = 4;

    private static final int OPEN = 0;
    private static final int IN_USE = 1;
    private static final int ENDED = 2;

    private final Session session;
    private final BlockDevice device;
    private final BufferPool rings;
    private final PooledBuffer ring;
    private final WriteSlots slots;
    private final WriteRun run;
    private final boolean joins;
    private final AtomicInteger state = new AtomicInteger(IN_USE);
    private final Thread thread;
    private volatile Thread connectionWaits;
    private volatile boolean stageWaits;
    private volatile boolean closing;
    private volatile long incomingOffset = -1;
    /** Why an earlier part of the request that is to be answered next has failed. With the reply turn. */
    private Throwable partFailure;
    private long lowest;
    private long highest;
    /** Up to where the first waiting write is written already; 0 if it is not. */
    private long partTo;
    private long lastEnd = -1;
    private int trust = MOST_TRUST;

    private WriteStage(Session session, BufferPool rings, PooledBuffer ring, String name) {
        this.session = session;
        this.device = session.device;
        this.rings = rings;
        this.ring = ring;
        this.slots = new WriteSlots(ring.capacityBytes());
        int optimalBytes = device.optimalIoBytes();
        this.run = new WriteRun(slots, optimalBytes);
        this.joins = optimalBytes <= ring.capacityBytes() / 2;
        this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this);
    }

    /** A stage in use, or null if there is no memory for one now. Where little is left it has less, so that others get some. */
    static WriteStage start(Session session, BufferPool rings) {
        long twoStripes = 2L * session.device.optimalIoBytes();
        int least = (int) Math.clamp(twoStripes, LEAST_RING_BYTES, MOST_RING_BYTES);
        PooledBuffer ring = rings.scarceAfter(MOST_RING_BYTES) ? null : rings.acquireNow(MOST_RING_BYTES);
        ring = ring == null ? rings.acquireNow(least) : ring;
        if (ring == null) {
            return null;
        }
        WriteStage stage = new WriteStage(session, rings, ring, Thread.currentThread().getName() + "-writes");
        try {
            session.fence.use(stage.slots);
            stage.thread.start();
            return stage;
        } catch (OutOfMemoryError _) {
            // No thread to be had: the writes go the slower way.
            rings.release(ring);
            return null;
        }
    }

    // What the connection's thread calls.

    /** Holds the stage, to be followed by {@link #leave}: false if it has ended meanwhile. */
    boolean enter() {
        return state.compareAndSet(OPEN, IN_USE);
    }

    void leave() {
        state.set(OPEN);
    }

    /** How much of a payload is received at a time. */
    int partBytes() {
        return ring.capacityBytes() / PARTS;
    }

    MemorySegment ring() {
        return ring.segment();
    }

    /**
     * Waits for room for a payload at the volume's {@code offsetBytes}: its place in the ring. Not to be called with the reply
     * turn, which the stage needs to get on.
     */
    int place(long offsetBytes, int lengthBytes) throws IOException {
        int place = slots.place(lengthBytes);
        if (place < 0) {
            connectionWaits = Thread.currentThread();
            wakeStage();
            while ((place = slots.place(lengthBytes)) < 0) {
                session.turns.requirePeer();
                LockSupport.park(this);
            }
            connectionWaits = null;
        }
        incomingOffset = offsetBytes;
        return place;
    }

    /**
     * Hands on a part of a write whose payload has been put where {@link #place} said; all parts of a request are handed on one
     * after the other.
     */
    void publish(Request request, int skippedBytes, int lengthBytes, int place) {
        boolean empty = slots.executed() == slots.published();
        lowest = empty ? request.offsetBytes() : Math.min(lowest, request.offsetBytes());
        highest = Math.max(empty ? 0 : highest, request.offsetBytes() + request.lengthBytes());
        slots.publish(request, skippedBytes, lengthBytes, place, System.nanoTime());
        incomingOffset = -1;
        wakeStage();
    }

    /** As {@link #place} without waiting: -1 if there is no room now. */
    int placeNow(long offsetBytes, int lengthBytes) {
        int place = slots.place(lengthBytes);
        if (place >= 0) {
            incomingOffset = offsetBytes;
        }
        return place;
    }

    /** Says that the payload that {@link #place} was asked for is not handed on. */
    void abandon() {
        incomingOffset = -1;
    }

    /** Whether nothing waits to be executed. */
    boolean idle() {
        return slots.executed() == slots.published();
    }

    /** Whether something waits to be answered. */
    boolean hasUnanswered() {
        return slots.answered() != slots.executed();
    }

    /** Whether a write that may not be executed yet overlaps the range. */
    boolean mayOverlap(long offsetBytes, long lengthBytes) {
        return !idle() && offsetBytes < highest && offsetBytes + lengthBytes > lowest;
    }

    /** Whether a write at {@code offsetBytes} goes on where the last one ends that waits. */
    boolean continuesAt(long offsetBytes) {
        long last = slots.published() - 1;
        return last >= slots.executed() && slots.endBytes(last) == offsetBytes;
    }

    /** Waits until everything handed on has been executed. Not to be called with the reply turn. */
    void awaitIdle() {
        connectionWaits = Thread.currentThread();
        wakeStage();
        while (!idle()) {
            LockSupport.park(this);
        }
        connectionWaits = null;
    }

    /** Executes what was handed on and ends the stage. Not to be called with the reply turn. */
    void close() {
        closing = true;
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (thread.isAlive()) {
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

    private void wakeStage() {
        if (stageWaits) {
            LockSupport.unpark(thread);
        }
    }

    // What whoever has the reply turn calls.

    /** Answers everything that has been executed. */
    void answerExecuted(ReplyBuffer replies) throws IOException {
        long executed = slots.executed();
        for (long number = slots.answered(); number < executed; number++) {
            long cookie = slots.cookie(number);
            long offset = slots.requestOffset(number);
            int length = slots.requestLength(number);
            long begun = slots.begunNanos(number);
            Throwable failure = partFailure == null ? slots.failure(number) : partFailure;
            slots.answeredTo(number + 1);
            partFailure = length == 0 ? failure : null;
            if (length > 0) {
                session.answerWrite(cookie, offset, length, begun, failure);
            }
        }
        wakeConnection();
    }

    // What the stage's own thread does.

    @Override
    public void run() {
        try {
            while (awaitWork()) {
                run.take(partTo);
                while (joins && !run.reachesBoundary() && awaitRest()) {
                    run.take(partTo);
                }
                if (joins) {
                    run.cutAtBoundary();
                }
                execute();
                session.turns.answer();
                wakeConnection();
            }
        } finally {
            rings.release(ring);
        }
    }

    /** Whether there is something to execute; if not, the stage ends. */
    private boolean awaitWork() {
        long until = System.nanoTime() + IDLE_NANOS;
        while (idle()) {
            if (closing) {
                return false;
            }
            stageWaits = true;
            if (idle() && !closing) {
                LockSupport.parkNanos(this, IDLE_NANOS);
            }
            stageWaits = false;
            if (idle() && System.nanoTime() - until >= 0) {
                if (!hasUnanswered() && state.compareAndSet(OPEN, ENDED)) {
                    return false;
                }
                until = System.nanoTime() + IDLE_NANOS;
            }
        }
        return true;
    }

    /**
     * Waits a moment for what would make the run a whole stripe, where there is reason to believe in it: its payload is on the
     * way, or the stream has always gone on so far. Whether something has come.
     */
    private boolean awaitRest() {
        boolean coming = incomingOffset == run.toBytes();
        boolean likely = trust > 0 && run.fromBytes() == lastEnd;
        long published = run.next();
        if (!coming && !likely || slots.published() != published) {
            return false;
        }
        long began = System.nanoTime();
        while (slots.published() == published) {
            long patience = incomingOffset == run.toBytes() ? INCOMING_NANOS : LIKELY_NANOS;
            if (connectionWaits != null || closing || System.nanoTime() - began > patience) {
                trust = Math.max(0, trust - 1);
                return false;
            }
            stageWaits = true;
            if (slots.published() == published && connectionWaits == null && !closing) {
                LockSupport.parkNanos(this, LOOK_NANOS);
            }
            stageWaits = false;
        }
        trust = Math.min(MOST_TRUST, trust + 1);
        return true;
    }

    private void execute() {
        Throwable failure = write(run.fromBytes(), run.position(), run.toBytes() - run.fromBytes(), slots.fua(run.first()));
        long number = run.first();
        if (failure != null && run.isOneWrite()) {
            slots.fail(number++, failure);
            partTo = 0;
        } else if (failure != null) {
            for (; number < run.next(); number++) {
                slots.fail(number, write(slots.offsetBytes(number), slots.position(number), slots.lengthBytes(number),
                        slots.fua(number)));
            }
            partTo = 0;
        } else {
            while (number < run.next() && slots.endBytes(number) <= run.toBytes()) {
                number++;
            }
            partTo = number < run.next() ? run.toBytes() : 0;
        }
        lastEnd = run.toBytes();
        slots.executedTo(number);
    }

    /** What the device threw, or null. */
    private Throwable write(long offsetBytes, long position, long lengthBytes, boolean fua) {
        Fence.Lane lane = session.fence.stage();
        try {
            lane.begin();
            try {
                device.write(offsetBytes, ring.segment(), position, lengthBytes, fua);
                return null;
            } finally {
                lane.end();
            }
        } catch (Throwable t) {
            return t;
        }
    }

    private void wakeConnection() {
        Thread waiting = connectionWaits;
        if (waiting != null) {
            LockSupport.unpark(waiting);
        }
    }
}
