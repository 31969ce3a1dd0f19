package dev.ashlar.nbd.log;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Lets at most one line a second through; the next one says how many were left out. May be used by any thread. */
public final class LogGate {
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LongSupplier nanoClock;
    private final AtomicLong nextAt;
    private final AtomicLong leftOut = new AtomicLong();

    /** @param nanoClock as {@link System#nanoTime} */
    public LogGate(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.nextAt = new AtomicLong(nanoClock.getAsLong());
    }

    /** What a line must end with that may be written now, "" as a rule; null if it may not, and is counted. */
    public String pass() {
        long now = nanoClock.getAsLong();
        long at = nextAt.get();
        if (now - at < 0 || !nextAt.compareAndSet(at, now + INTERVAL_NANOS)) {
            leftOut.incrementAndGet();
            return null;
        }
        long more = leftOut.getAndSet(0);
        return more == 0 ? "" : " (" + more + " similar left out)";
    }
}
