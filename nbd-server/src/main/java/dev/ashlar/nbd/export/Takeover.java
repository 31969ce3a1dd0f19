package dev.ashlar.nbd.export;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * What a connection waits for before it may use an export: that nothing which its client sent over other connections
 * lands after what it is going to send over this one.
 *
 * <p>Connections that the client has left, or whose place the new one takes, are fenced and have to leave the export,
 * which they do when their last call into the device has returned. The others may be alive, or dead without our
 * knowing. Where even the system at the other end has been silent, it is asked for a sign of life, and the connection
 * fenced if none comes. Of those that live, what had come by them when they were first looked at has to end, and
 * nothing more, so that a busy one does not hold up the next of the same client. What has not come by then, though it
 * was sent, is not covered: nobody here can know of it.
 *
 * <p>One object per attempt, used by one thread.
 */
final class Takeover implements AutoCloseable {
    private final long lifePatienceNanos;
    private final LongSupplier nanoClock;
    private final Map<ExportUser, BooleanSupplier> marks = new IdentityHashMap<>();
    private final Map<ExportUser, Long> askedNanos = new IdentityHashMap<>();
    private final Set<ExportUser> fenced = Collections.newSetFromMap(new IdentityHashMap<>());

    /**
     * @param lifePatienceNanos how long a sign of life is waited for
     * @param nanoClock as {@link System#nanoTime}
     */
    Takeover(long lifePatienceNanos, LongSupplier nanoClock) {
        this.lifePatienceNanos = lifePatienceNanos;
        this.nanoClock = nanoClock;
    }

    /**
     * Looks again.
     *
     * @param replaced connections of the same client whose place the new one takes
     * @param others the other connections of the same client that use the device now
     * @return whether there is nothing to wait for
     */
    boolean settled(List<ExportUser> replaced, List<ExportUser> others) {
        replaced.forEach(this::fence);
        boolean settled = replaced.isEmpty();
        for (ExportUser other : others) {
            settled &= settled(other);
        }
        return settled;
    }

    private boolean settled(ExportUser other) {
        if (fenced.contains(other)) {
            return false;
        }
        if (other.peerGone()) {
            fence(other);
            return false;
        }
        BooleanSupplier mark = marks.get(other);
        if (mark == null && lives(other)) {
            mark = other.mark();
            marks.put(other, mark);
        }
        return mark != null && mark.getAsBoolean();
    }

    /** Whether its peer has given a sign of life lately; fences it when it was asked for one and gives none. */
    private boolean lives(ExportUser other) {
        if (!other.silent()) {
            return true;
        }
        Long asked = askedNanos.get(other);
        if (asked == null) {
            askedNanos.put(other, nanoClock.getAsLong());
            other.beginProbe();
        } else if (nanoClock.getAsLong() - asked >= lifePatienceNanos) {
            fence(other);
        }
        return false;
    }

    private void fence(ExportUser other) {
        if (fenced.add(other)) {
            other.fence();
        }
    }

    /** Leaves those alone that were asked for signs of life. */
    @Override
    public void close() {
        askedNanos.keySet().forEach(ExportUser::endProbe);
    }
}
