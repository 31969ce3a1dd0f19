package dev.ashlar.testing;

/**
 * The power supply of any number of {@link PowerCutDevice}s. It fails in the middle of a chosen changing call, counted
 * over all of them, so that a test can try a crash at every point of an operation. Thread-safe.
 */
public final class Power {
    private long left = Long.MAX_VALUE;
    private long used;

    /** Lets {@code calls} more changing calls finish and fails in the next. */
    public synchronized Power failAfter(long calls) {
        left = calls;
        return this;
    }

    /** Fails now. */
    public synchronized void off() {
        left = -1;
    }

    /** Whether it has failed. */
    public synchronized boolean isOff() {
        return left < 0;
    }

    /** How many changing calls (writes, flushes, trims, writeZeroes) were made with the power on. */
    public synchronized long calls() {
        return used;
    }

    /** Whether a changing call may finish; if not, the power is off from here on. */
    synchronized boolean spend() {
        if (left > 0) {
            used++;
            left = left == Long.MAX_VALUE ? left : left - 1;
            return true;
        }
        left = -1;
        return false;
    }
}
