package dev.ashlar.raid.array;

import java.time.InstantSource;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What an array takes from the world besides its members, so that a test can stand in for it.
 *
 * @param nanoClock monotonic time
 * @param wallClock time for superblocks
 * @param uuids new UUIDs
 * @param background whether the array runs its own maintenance thread; if not, its owner calls {@code maintain}
 * @param syncThreads how many threads do background passes while nobody writes; one alone while somebody does
 */
record ArrayEnvironment(LongSupplier nanoClock, InstantSource wallClock, Supplier<UUID> uuids, boolean background,
        int syncThreads) {
    /** More would only wait for the same disks, and take memory. */
    private static final int MOST_SYNC_THREADS = 4;

    /** The real world. */
    static final ArrayEnvironment SYSTEM = new ArrayEnvironment(System::nanoTime, InstantSource.system(),
            UUID::randomUUID, true, Math.min(MOST_SYNC_THREADS, Runtime.getRuntime().availableProcessors()));
}
