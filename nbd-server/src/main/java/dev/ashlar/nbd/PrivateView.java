package dev.ashlar.nbd;

import dev.ashlar.block.BlockDevice;
import java.io.IOException;

/** Gives each connection to an export a device of its own over the export's. */
@FunctionalInterface
public interface PrivateView {

    /**
     * A view for one connection; called by any thread, several at a time.
     *
     * @param device the export's own, which the view must leave open when it is closed
     * @return of the same size; closed by the server after the last call into it
     * @throws IOException if there can be none just now: then the client does not get the export
     */
    BlockDevice over(BlockDevice device) throws IOException;
}
