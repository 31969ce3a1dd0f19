package dev.ashlar.nbd.transmission;

import dev.ashlar.nbd.throttle.Throttle;

/**
 * What the requests of one connection may have to wait for, beside the peer: rates, and memory. Used by the connection's
 * thread; {@link #cancel} may come from any other.
 */
public final class Waits {
    private final String client;
    private final Throttle throttle;
    private volatile boolean cancelled;
    private volatile BufferPool waitsAt;

    /**
     * @param client whose share of memory is used, as {@link dev.ashlar.nbd.Peer#client} has it
     * @param throttle where rates are waited for, null where nothing is limited
     */
    public Waits(String client, Throttle throttle) {
        this.client = client;
        this.throttle = throttle;
    }

    /** Ends a wait, and every later one: what has to wait is not done. */
    public void cancel() {
        // A wait is announced before it looks for this, so one of the two sees the other.
        cancelled = true;
        if (throttle != null) {
            throttle.cancel();
        }
        BufferPool at = waitsAt;
        if (at != null) {
            at.wake();
        }
    }

    String client() {
        return client;
    }

    /** Null where nothing is limited. */
    Throttle throttle() {
        return throttle;
    }

    boolean cancelled() {
        return cancelled;
    }

    /** Says where memory is waited for; null for nowhere any more. */
    void waitAt(BufferPool pool) {
        waitsAt = pool;
    }
}
