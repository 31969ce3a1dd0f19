package dev.ashlar.nbd.transmission;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.BooleanSupplier;

/**
 * Between the changes that one connection has received and the device: keeps those of a client that has gone from
 * landing on top of what the same client writes after it has come back.
 *
 * <p>Invariants:
 * <ul>
 *   <li>A change reaches the device only between {@link Lane#begin} and {@link Lane#end}, on the lane of the thread that
 *       makes it.
 *   <li>After {@link #close}, no change begins. One that had begun is seen by every {@link #mark} that is taken later:
 *       {@code begin} makes itself known before it looks whether the fence is closed, and whoever closes it looks at the
 *       lanes afterwards, so one of the two always sees the other.
 *   <li>A mark is passed only when every change that was in progress, or had been handed on to a {@link Queue}, at the
 *       time of the mark has ended. Later ones do not matter to it, so a connection that is never idle passes it too.
 * </ul>
 *
 * <p>A request that is executed in slices is one change for each, of which those that have not begun are none. Reads need no
 * fence: late ones change nothing.
 */
public final class Fence {

    /** Changes that one thread hands to another, executed in order. Both numbers only grow; any thread reads them. */
    interface Queue {
        /** How many have been handed on. */
        long handedOn();

        /** How many of them have ended. */
        long ended();
    }

    private final Lane connection = new Lane();
    private final Lane stage = new Lane();
    private volatile Queue queue;
    private volatile boolean closed;

    /** The lane of the connection's own thread. */
    Lane connection() {
        return connection;
    }

    /** The lane of the thread that executes what is handed on. */
    Lane stage() {
        return stage;
    }

    /** Names the queue in use, before anything is handed on by it; the one before it must be empty by then. */
    void use(Queue used) {
        queue = used;
    }

    /** Lets no change begin any more. From any thread. */
    public void close() {
        closed = true;
    }

    /** Whether no change may begin any more. For any thread. */
    boolean isClosed() {
        return closed;
    }

    /**
     * Takes note of the changes that are in progress or handed on. From any thread.
     *
     * @return says, whenever it is asked, whether all of them have ended
     */
    public BooleanSupplier mark() {
        Queue used = queue;
        long handedOn = used == null ? 0 : used.handedOn();
        long connectionStep = connection.step;
        long stageStep = stage.step;
        return () -> connection.hasPassed(connectionStep)
                && stage.hasPassed(stageStep)
                && (used == null || used.ended() >= handedOn);
    }

    /** Whether a change is in the device. For any thread; may be outdated when it is told. */
    public boolean inProgress() {
        return Lane.inProgress(connection.step) || Lane.inProgress(stage.step);
    }

    /** How many changes have been handed on and not ended. For any thread; may be outdated when it is told. */
    public long waiting() {
        Queue used = queue;
        return used == null ? 0 : Math.max(0, used.handedOn() - used.ended());
    }

    /** The changes that one thread makes, one after the other. */
    final class Lane {
        private static final VarHandle STEP;

        static {
            try {
                STEP = MethodHandles.lookup().findVarHandle(Lane.class, "step", long.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        /** Odd while a change is in progress. */
        private volatile long step;

        /**
         * Comes before a change; {@link #end} must follow it, unless this throws.
         *
         * @throws FencedException if the change must not be made
         */
        void begin() throws FencedException {
            STEP.setVolatile(this, (long) STEP.get(this) + 1);
            if (closed) {
                end();
                throw new FencedException();
            }
        }

        /** Comes after a change, whether it succeeded or not. */
        void end() {
            STEP.setRelease(this, (long) STEP.get(this) + 1);
        }

        private boolean hasPassed(long earlier) {
            return !inProgress(earlier) || step != earlier;
        }

        private static boolean inProgress(long step) {
            return (step & 1) != 0;
        }
    }
}
