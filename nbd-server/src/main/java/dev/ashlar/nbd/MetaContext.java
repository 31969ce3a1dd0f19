package dev.ashlar.nbd;

import dev.ashlar.block.ExtentVisitor;
import java.io.IOException;

/**
 * A metadata context of an export, as BLOCK_STATUS answers for it ("Metadata querying" of the protocol text). What the
 * flags of an extent mean is the context's own business; they must fit 32 bits.
 *
 * <p>Called by the threads of connections, any number of them at once.
 */
public interface MetaContext {

    /** The whole name, "namespace:leaf", at most 4096 bytes of UTF-8: own namespaces begin with "x-". */
    String name();

    /**
     * Tells the extents of a range of the export. Must not wait for storage that does not answer.
     *
     * @throws IOException if the state cannot be told; the client gets an error for this request
     */
    void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor) throws IOException;
}
