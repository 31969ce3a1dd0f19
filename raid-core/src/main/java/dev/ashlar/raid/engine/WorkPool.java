package dev.ashlar.raid.engine;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/**
 * Keeps working sets (native tiles and what belongs to them) for reuse. One is taken and given back by the thread that
 * uses it; as many are kept as were ever in use together.
 */
final class WorkPool<T> {
    private static final int FAST_PLACES = 16;

    private final Supplier<T> make;
    private final AtomicReferenceArray<T> fast = new AtomicReferenceArray<>(FAST_PLACES);
    private final ConcurrentLinkedQueue<T> more = new ConcurrentLinkedQueue<>();

    WorkPool(Supplier<T> make) {
        this.make = make;
    }

    T take() {
        int start = (int) Thread.currentThread().threadId();
        for (int i = 0; i < FAST_PLACES; i++) {
            int place = start + i & FAST_PLACES - 1;
            T kept = fast.get(place);
            if (kept != null && fast.compareAndSet(place, kept, null)) {
                return kept;
            }
        }
        T kept = more.poll();
        return kept != null ? kept : make.get();
    }

    void give(T used) {
        int start = (int) Thread.currentThread().threadId();
        for (int i = 0; i < FAST_PLACES; i++) {
            if (fast.compareAndSet(start + i & FAST_PLACES - 1, null, used)) {
                return;
            }
        }
        more.add(used);
    }
}
