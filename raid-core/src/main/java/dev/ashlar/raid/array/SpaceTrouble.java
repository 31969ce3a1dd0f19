package dev.ashlar.raid.array;

import dev.ashlar.block.NoSpaceException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Remembers changes that clients were refused because the storage of a member is full: no member fails by that, so
 * nothing else would tell the owner. May be used by any thread.
 */
final class SpaceTrouble {
    private static final long SHOWN_NANOS = TimeUnit.MINUTES.toNanos(10);

    private final LongSupplier nanoClock;
    private final AtomicLong refused = new AtomicLong();
    private volatile Last last;

    private record Last(long nanos, String message) {}

    /** @param nanoClock as {@link System#nanoTime} */
    SpaceTrouble(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** A change has been refused for this. */
    void note(NoSpaceException full) {
        refused.incrementAndGet();
        last = new Last(nanoClock.getAsLong(), full.getMessage());
    }

    /** What the owner should know; empty when no change has been refused for ten minutes. */
    Optional<String> warning() {
        Last seen = last;
        if (seen == null) {
            return Optional.empty();
        }
        long age = nanoClock.getAsLong() - seen.nanos();
        return age > SHOWN_NANOS ? Optional.empty() : Optional.of("Storage is full: " + refused.get()
                + " writes were refused since the start, the last one " + TimeUnit.NANOSECONDS.toSeconds(age)
                + " s ago: " + seen.message() + ".");
    }
}
