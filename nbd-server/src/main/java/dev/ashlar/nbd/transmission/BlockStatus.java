package dev.ashlar.nbd.transmission;

import dev.ashlar.block.ExtentVisitor;
import dev.ashlar.nbd.MetaContext;
import dev.ashlar.nbd.protocol.Flag;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * BLOCK_STATUS: one chunk for each metadata context, in the order of their selection. A context's number is its place in that
 * order, from 1.
 *
 * <p>Extents begin at the request's offset, have no gaps, end inside the range, and neighbours differ. Where there are more than
 * a reply should hold, the answer ends early, which the protocol allows.
 */
final class BlockStatus {
    /** Effect length in front of the context numbers of a payload. */
    private static final int LENGTH_BYTES = 8;

    private final Session session;
    private final ReplyBuffer replies;
    private final List<MetaContext> contexts;
    private final ExtentVisitor visitor = this::extent;
    private final long allContexts;
    private boolean oneOnly;
    private boolean roomLeft;
    private int put;
    private long left;
    private long pendingBytes;
    private long pendingFlags;

    /** @param contexts those selected, at most 64 */
    BlockStatus(Session session, List<MetaContext> contexts) {
        this.session = session;
        this.replies = session.replies;
        this.contexts = contexts;
        this.allContexts = contexts.size() == Long.SIZE ? -1 : (1L << contexts.size()) - 1;
    }

    /** Whether a payload of this length, unsigned, can make sense: that of no bytes cannot. */
    boolean takesPayload(long lengthBytes) {
        return lengthBytes > 0 && lengthBytes <= LENGTH_BYTES + (long) Integer.BYTES * contexts.size();
    }

    /**
     * Takes the range's length and the wanted contexts out of a payload.
     *
     * @return the wanted ones as bits, 0 if the payload is malformed or names others than selected ones, or one twice
     */
    long takePayload(Request request, ByteBuffer payload, int at, int lengthBytes) {
        if (lengthBytes < LENGTH_BYTES || (lengthBytes - LENGTH_BYTES) % Integer.BYTES != 0) {
            return 0;
        }
        request.effectiveLength(payload.getLong(at));
        long wanted = 0;
        for (int i = LENGTH_BYTES; i < lengthBytes; i += Integer.BYTES) {
            int number = payload.getInt(at + i);
            if (number < 1 || number > contexts.size() || (wanted & 1L << number - 1) != 0) {
                return 0;
            }
            wanted |= 1L << number - 1;
        }
        return wanted;
    }

    /** Serves a validated request without payload. */
    void serve(Request request) throws IOException {
        serve(request, allContexts);
    }

    /** Serves a validated request for the contexts in {@code wanted}, not 0. */
    void serve(Request request, long wanted) throws IOException {
        oneOnly = request.has(Flag.CMD_REQ_ONE);
        for (long rest = wanted; rest != 0; rest &= rest - 1) {
            int index = Long.numberOfTrailingZeros(rest);
            replies.beginStatus(index + 1);
            try {
                tell(contexts.get(index), request.offsetBytes(), request.lengthBytes());
            } catch (Throwable t) {
                replies.abandonStatus();
                session.fail(request, t);
                return;
            }
            replies.endStatus(request.cookie(), request.offsetBytes(), (rest & rest - 1) == 0);
        }
        session.served(request, 0);
    }

    private void tell(MetaContext context, long offsetBytes, long lengthBytes) throws IOException {
        left = lengthBytes;
        put = 0;
        roomLeft = true;
        pendingBytes = 0;
        context.extents(offsetBytes, lengthBytes, visitor);
        if (roomLeft && pendingBytes > 0) {
            putPending();
        }
        if (put == 0) {
            // Flags of 0 are a safe answer in every context that knows nothing.
            replies.addExtent(lengthBytes, 0);
        }
    }

    private boolean extent(long lengthBytes, long flags) {
        long taken = Math.min(lengthBytes, left);
        if (pendingBytes > 0 && flags != pendingFlags && !putPending()) {
            return false;
        }
        pendingFlags = flags;
        pendingBytes += taken;
        left -= taken;
        return left > 0;
    }

    /** Whether more may follow. */
    private boolean putPending() {
        roomLeft = replies.addExtent(pendingBytes, pendingFlags);
        if (roomLeft) {
            put++;
            pendingBytes = 0;
            roomLeft = !oneOnly;
        }
        return roomLeft;
    }
}
