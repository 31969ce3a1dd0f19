package dev.ashlar.nbd.transmission;

import java.io.IOException;

/**
 * Ends a connection between two requests.
 *
 * <p>Invariant: after {@link #drain}, the connection's thread is either told so by {@link #beginWait}, or its wait ends
 * because the input has been ended. Both flags are volatile and each side sets its own before it reads the other's, so
 * one of the two always sees the other.
 */
public final class DrainGate {
    /** Ends the input of a connection. */
    @FunctionalInterface
    public interface Input {
        /** As {@link dev.ashlar.nbd.transport.Transport#endInput}. */
        void end() throws IOException;
    }

    private final Input input;
    private volatile boolean draining;
    private volatile boolean waiting;

    /** @param input ended when its thread waits for a request that shall not come */
    public DrainGate(Input input) {
        this.input = input;
    }

    /** Asks for the end. From any thread. */
    public void drain() throws IOException {
        draining = true;
        if (waiting) {
            input.end();
        }
    }

    /** Whether the thread waits for the beginning of a request, and not for the rest of one. For any thread. */
    public boolean waiting() {
        return waiting;
    }

    /** Says that the next byte begins a request and the thread is about to wait for it: false if it must not. */
    boolean beginWait() {
        waiting = true;
        if (draining) {
            waiting = false;
            return false;
        }
        return true;
    }

    void endWait() {
        waiting = false;
    }
}
