package dev.ashlar.nbd.throttle;

import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Where the requests of one connection wait for the rates that hold for them, those of the export and those of the
 * server: each of them once before it is begun, and for its bytes, in as many steps as it likes, before they move.
 *
 * <p>Every step is asked for without waiting first, and where that says no, by the waiting call with the same number. One
 * thread at a time asks; {@link #cancel} and {@link #hasten} may come from any other.
 */
public final class Throttle {
    private static final BooleanSupplier NEVER = () -> false;

    private final String client;
    private final Rate[] operations;
    private final Rate[] bytes;
    private volatile boolean cancelled;
    private volatile BooleanSupplier haste = NEVER;
    private volatile Rate waitsAt;
    private Condition turn;
    /** How many of the rates have let the present step pass already. */
    private int passed;
    /** How much of it the next one has let pass. */
    private long paid;

    private Throttle(String client, Rate[] operations, Rate[] bytes) {
        this.client = client;
        this.operations = operations;
        this.bytes = bytes;
    }

    /**
     * A throttle, or null where nothing is limited.
     *
     * @param client whose share the requests are counted against, as {@link dev.ashlar.nbd.Peer#client} has it
     * @param limiters in the order of asking; null for none
     */
    public static Throttle of(String client, RateLimiter... limiters) {
        Rate[] operations = rates(limiters, RateLimiter::operations);
        Rate[] bytes = rates(limiters, RateLimiter::bytes);
        return operations.length + bytes.length == 0 ? null : new Throttle(client, operations, bytes);
    }

    private static Rate[] rates(RateLimiter[] limiters, Function<RateLimiter, Rate> which) {
        return Arrays.stream(limiters).filter(Objects::nonNull).map(which).filter(Objects::nonNull)
                .toArray(Rate[]::new);
    }

    /** Lets a request begin if it need not wait. Takes no time and allocates nothing. */
    public boolean tryBegin() {
        return tryPass(operations, 1);
    }

    /**
     * Waits until the request may begin that {@link #tryBegin} has not let begin. Clients that wait get equal shares.
     *
     * @return false if the wait was cancelled: the request must not be begun
     */
    public boolean begin() {
        return pass(operations, 1);
    }

    /** Lets bytes move if they need not wait. Takes no time and allocates nothing. */
    public boolean tryMove(long count) {
        return tryPass(bytes, count);
    }

    /**
     * Waits until the bytes may move that {@link #tryMove} has not let move. Clients that wait get equal shares.
     *
     * @return false if the wait was cancelled
     */
    public boolean move(long count) {
        return pass(bytes, count);
    }

    private boolean tryPass(Rate[] rates, long tokens) {
        while (passed < rates.length) {
            paid += rates[passed].takeNow(this, tokens - paid);
            if (paid < tokens) {
                return false;
            }
            passed++;
            paid = 0;
        }
        passed = 0;
        return true;
    }

    private boolean pass(Rate[] rates, long tokens) {
        boolean passes = true;
        while (passes && passed < rates.length) {
            passes = rates[passed].take(this, tokens - paid);
            passed++;
            paid = 0;
        }
        passed = 0;
        return passes;
    }

    /** Ends a wait, and every later one; what need not wait passes as before. */
    public void cancel() {
        // A wait is announced before it looks for this, so one of the two sees the other.
        cancelled = true;
        wake();
    }

    /**
     * Lets everything pass at once, on credit, because somebody waits for it. Its client pays for it before it is let pass
     * again in the usual way.
     *
     * @param needed whether that still holds; asked often, from any thread, until it has said no
     */
    public void hasten(BooleanSupplier needed) {
        haste = needed;
        wake();
    }

    private void wake() {
        Rate at = waitsAt;
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

    boolean inHaste() {
        return haste.getAsBoolean();
    }

    /** What the wait at {@code rate} sleeps on; under its lock. */
    void beginWait(Rate rate, Condition sleepsOn) {
        turn = sleepsOn;
        waitsAt = rate;
    }

    /** Where it waits, null for nowhere. Changes under the lock of the rate in question only. */
    Rate waitsAt() {
        return waitsAt;
    }

    void endWait() {
        waitsAt = null;
        turn = null;
    }

    /** Under the lock of the rate that is waited at. */
    Condition turn() {
        return turn;
    }
}
