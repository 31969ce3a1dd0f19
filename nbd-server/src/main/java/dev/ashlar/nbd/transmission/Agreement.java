package dev.ashlar.nbd.transmission;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.nbd.MetaContext;
import dev.ashlar.nbd.protocol.ReplyStyle;
import java.util.List;

/**
 * What the negotiation has settled for the transmission phase.
 *
 * @param device what requests reach; stays its owner's
 * @param style how requests look and are answered
 * @param contexts the metadata contexts that BLOCK_STATUS tells about, at most 64; numbered from 1 in this order
 */
public record Agreement(BlockDevice device, ReplyStyle style, List<MetaContext> contexts) {
    /** Copies the list. */
    public Agreement {
        contexts = List.copyOf(contexts);
        if (contexts.size() > Long.SIZE) {
            throw new IllegalArgumentException("contexts.size=" + contexts.size());
        }
    }
}
