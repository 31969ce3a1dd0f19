package dev.ashlar.raid.sync;

import dev.ashlar.raid.SyncAction;
import java.io.IOException;

/** A background pass, done in steps by one thread. */
public interface SyncPass {
    /** What kind of pass it is. */
    SyncAction action();

    /**
     * Does the next part of the pass, of about {@code budgetBytes} of the space it runs over.
     *
     * @return whether the pass is complete
     * @throws IOException if it cannot go on now; a later call tries the same place again
     */
    boolean step(long budgetBytes) throws IOException;

    /** How much of {@link #totalBytes} is done. */
    long doneBytes();

    /** The size of the space the pass runs over. */
    long totalBytes();
}
