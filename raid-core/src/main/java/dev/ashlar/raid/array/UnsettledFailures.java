package dev.ashlar.raid.array;

import java.util.ArrayList;
import java.util.List;

/**
 * Failures of members that were met where they could not be recorded, under the bitmap's own lock. They count until they
 * are recorded: {@link #any} goes back to false only by {@link #settled}, so that whoever sees false may rely on it.
 */
final class UnsettledFailures {
    private final List<MemberFan.Failure> waiting = new ArrayList<>();
    private volatile boolean any;

    synchronized void add(MemberFan.Failure failed) {
        waiting.add(failed);
        any = true;
    }

    /** One volatile read. */
    boolean any() {
        return any;
    }

    /** Takes what waits, to record it. */
    synchronized List<MemberFan.Failure> take() {
        List<MemberFan.Failure> taken = new ArrayList<>(waiting);
        waiting.clear();
        return taken;
    }

    /** What was taken is recorded. */
    synchronized void settled() {
        any = !waiting.isEmpty();
    }
}
