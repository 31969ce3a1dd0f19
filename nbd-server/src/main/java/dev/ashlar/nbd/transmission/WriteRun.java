package dev.ashlar.nbd.transmission;

/**
 * Which of the waiting writes are given to the device as one: a run that ends at a boundary of what the device serves best, a
 * full stripe say, if that can be had. Pure decisions on {@link WriteSlots}; used by one thread.
 */
final class WriteRun {
    private final WriteSlots slots;
    private final long optimalBytes;
    private long first;
    private long next;
    private long fromBytes;
    private long toBytes;

    /** @param optimalBytes the device's best request size */
    WriteRun(WriteSlots slots, long optimalBytes) {
        this.slots = slots;
        this.optimalBytes = optimalBytes;
    }

    /**
     * Takes as many writes as follow each other.
     *
     * @param partTo up to which offset the first of them is written already, by an earlier run; 0 if it is not
     */
    void take(long partTo) {
        first = slots.executed();
        next = first + 1;
        fromBytes = Math.max(slots.offsetBytes(first), partTo);
        toBytes = slots.endBytes(first);
        long published = slots.published();
        while (next < published && slots.continues(next)) {
            toBytes = slots.endBytes(next);
            next++;
        }
    }

    /** Whether the run ends at a boundary or has one inside. */
    boolean reachesBoundary() {
        return boundary() > fromBytes;
    }

    /** Leaves what lies behind the last boundary, if there is one, to the next run. */
    void cutAtBoundary() {
        if (reachesBoundary()) {
            toBytes = boundary();
        }
    }

    private long boundary() {
        return toBytes - toBytes % optimalBytes;
    }

    /** The number of its first write. */
    long first() {
        return first;
    }

    /** The number behind that of its last write, of which the end may lie behind the run's. */
    long next() {
        return next;
    }

    /** Whether nobody but its first write has a part in it. */
    boolean isOneWrite() {
        return next == first + 1;
    }

    long fromBytes() {
        return fromBytes;
    }

    long toBytes() {
        return toBytes;
    }

    /** Where the run's payload begins in the ring. */
    long position() {
        return slots.position(first) + fromBytes - slots.offsetBytes(first);
    }
}
