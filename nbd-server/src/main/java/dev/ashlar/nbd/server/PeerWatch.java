package dev.ashlar.nbd.server;

/**
 * Whether a peer keeps its connection for nothing, told from looks at it every now and then. Pure bookkeeping; the
 * caller looks and has the clock. Used by one thread.
 *
 * <p>What counts as standing still is a wait in which not a byte has moved between two looks. A wait that ends between
 * two looks, or a byte that moves, begins the time anew, so the time it takes to be found out is at most one look
 * longer.
 */
final class PeerWatch {

    /** What a look finds. */
    enum Verdict {
        FINE,
        /** No request for too long. */
        IDLE,
        /** Stopped in the middle of a request. */
        SENDS_NOTHING,
        /** Does not take its replies. */
        TAKES_NOTHING
    }

    /**
     * A connection at one moment.
     *
     * @param receiving whether it waits for bytes
     * @param betweenRequests whether the next byte begins a request
     * @param working whether the device has something to do for it
     * @param sending whether it waits for the peer to take bytes
     * @param receivedBytes received so far
     * @param sentBytes sent so far
     */
    record Look(
            boolean receiving, boolean betweenRequests, boolean working, boolean sending, long receivedBytes,
            long sentBytes) {}

    private final long idleNanos;
    private final long stallNanos;
    private Look last = new Look(false, false, false, false, -1, -1);
    private long receivingSince;
    private long sendingSince;

    /**
     * @param idleNanos time without request, 0 for no limit
     * @param stallNanos time without progress where there should be some, 0 for no limit
     */
    PeerWatch(long idleNanos, long stallNanos) {
        this.idleNanos = idleNanos;
        this.stallNanos = stallNanos;
    }

    /** Judges what is seen now. */
    Verdict judge(Look look, long nowNanos) {
        Look before = last;
        last = look;
        boolean waitsOn = look.receiving() && before.receiving()
                && look.receivedBytes() == before.receivedBytes()
                && look.betweenRequests() == before.betweenRequests()
                && !look.working();
        if (!waitsOn) {
            receivingSince = nowNanos;
        }
        if (!(look.sending() && before.sending() && look.sentBytes() == before.sentBytes())) {
            sendingSince = nowNanos;
        }
        if (exceeded(stallNanos, nowNanos - sendingSince)) {
            return Verdict.TAKES_NOTHING;
        }
        if (look.betweenRequests()) {
            boolean idle = !look.sending() && exceeded(idleNanos, nowNanos - receivingSince);
            return idle ? Verdict.IDLE : Verdict.FINE;
        }
        return exceeded(stallNanos, nowNanos - receivingSince) ? Verdict.SENDS_NOTHING : Verdict.FINE;
    }

    private static boolean exceeded(long limitNanos, long nanos) {
        return limitNanos > 0 && nanos >= limitNanos;
    }
}
