package dev.ashlar.cli.control;

import java.io.IOException;
import java.util.Collection;

/** What the control endpoint asks of a daemon as a whole. Calls come from any thread. */
public interface ControlledDaemon {
    /** The arrays of this moment. */
    Collection<? extends ControlledArray> arrays();

    /**
     * Reads the configuration again and does what it says now.
     *
     * @throws IOException if there is none or it is wrong; nothing has changed then
     */
    Reloaded reload() throws IOException;
}
