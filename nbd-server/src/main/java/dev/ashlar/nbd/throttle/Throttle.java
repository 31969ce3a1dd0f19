package dev.ashlar.nbd.throttle;

import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.locks.Condition;

/**
 * Where the requests of one connection wait for the rates that hold for them, those of the export and those of the
 * server.
 *
 * <p>Every request is asked for once: {@link #tryAdmit}, and where that says no, {@link #admit} with the same bytes
 * before the request is begun. One thread at a time asks; {@link #cancel} may come from any other.
 */
public final class Throttle {
    private final String client;
    private final RateLimiter[] limiters;
    private volatile boolean cancelled;
    private volatile RateLimiter waitsAt;
    private Condition turn;
    /** How many of the limiters have let the present request pass already. */
    private int passed;

    private Throttle(String client, RateLimiter[] limiters) {
        this.client = client;
        this.limiters = limiters;
    }

    /**
     * A throttle, or null where nothing is limited.
     *
     * @param client whose share the requests are counted against, as {@link dev.ashlar.nbd.Peer#client} has it
     * @param limiters in the order of asking; null for none
     */
    public static Throttle of(String client, RateLimiter... limiters) {
        RateLimiter[] limiting = Arrays.stream(limiters).filter(Objects::nonNull).toArray(RateLimiter[]::new);
        return limiting.length == 0 ? null : new Throttle(client, limiting);
    }

    /** Lets a request pass if it need not wait. Takes no time and allocates nothing. */
    public boolean tryAdmit(long requestBytes) {
        while (passed < limiters.length) {
            if (!limiters[passed].tryAdmit(requestBytes)) {
                return false;
            }
            passed++;
        }
        passed = 0;
        return true;
    }

    /**
     * Waits until the request may pass that {@link #tryAdmit} has not let pass. Clients that wait get equal shares.
     *
     * @return false if the wait was cancelled: the request must not be begun
     */
    public boolean admit(long requestBytes) {
        boolean admitted = true;
        while (admitted && passed < limiters.length) {
            admitted = limiters[passed].admit(this, requestBytes);
            passed++;
        }
        passed = 0;
        return admitted;
    }

    /** Ends a wait, and every later one; what need not wait passes as before. */
    public void cancel() {
        // A wait is announced before it looks for this, so one of the two sees the other.
        cancelled = true;
        RateLimiter at = waitsAt;
        if (at != null) {
            at.wake(this);
        }
    }

    String client() {
        return client;
    }

    boolean cancelled() {
        return cancelled;
    }

    /** What the wait at {@code limiter} sleeps on; under its lock. */
    void beginWait(RateLimiter limiter, Condition sleepsOn) {
        turn = sleepsOn;
        waitsAt = limiter;
    }

    /** Where it waits, null for nowhere. Changes under the lock of the limiter in question only. */
    RateLimiter waitsAt() {
        return waitsAt;
    }

    void endWait() {
        waitsAt = null;
        turn = null;
    }

    /** Under the lock of the limiter that is waited at. */
    Condition turn() {
        return turn;
    }
}
