package dev.ashlar.nbd.transmission;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.nbd.protocol.Flag;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * READ: in one chunk or simple reply where it must be, else in pieces, with holes left out and lost blocks named.
 *
 * <p>Invariants: a header leaves only when the data behind it are there. Chunks of a reply never overlap; together with the
 * offsets of errors they cover the request.
 */
final class Reads {
    /** Up to this size data are read to where they are sent from. */
    static final int IN_PLACE_BYTES = 32 << 10;

    /** As far as this also where a reply must be one piece: no memory has to be waited for then. */
    private static final int MOST_IN_PLACE_BYTES = 128 << 10;

    /** Larger reads are sent in pieces that stay in the processor's cache between device and socket. */
    private static final int PIECE_BYTES = 1 << 20;

    private static final int LARGEST_HOLE_BYTES = 1 << 30;

    /** What is lost or not is told by blocks of this size. */
    private static final int BLOCK_BYTES = 4096;

    /** After so many lost blocks in one request the rest is taken for lost: a dead volume answers soon. */
    private static final int MOST_LOST_BLOCKS = 256;

    private final Session session;
    private final ReplyBuffer replies;
    private final BlockDevice device;
    private final HoleFinder holes;
    private MemorySegment pieces;
    private int piecesAt;
    private int pieceBytes;
    private int lostBlocks;
    /** The first failure of the present request, null for none. */
    private Throwable failed;

    Reads(Session session) {
        this.session = session;
        this.replies = session.replies;
        this.device = session.device;
        this.holes = new HoleFinder(device, System::nanoTime);
    }

    /** Serves a validated request. */
    void serve(Request request) throws IOException {
        long length = request.lengthBytes();
        boolean divisible = replies.style().chunks() && !request.has(Flag.CMD_DF);
        if (length == 0) {
            empty(request);
        } else if (divisible && length >= HoleFinder.LEAST_HOLE_BYTES) {
            long run = holes.runLength(request.offsetBytes(), length);
            if (length <= IN_PLACE_BYTES && run == length && !holes.zero()) {
                inPlace(request, (int) length);
            } else {
                inPieces(request, run);
            }
        } else if (length <= MOST_IN_PLACE_BYTES) {
            inPlace(request, (int) length);
        } else {
            whole(request, (int) length);
        }
    }

    private void empty(Request request) throws IOException {
        session.served(request, 0);
        if (replies.style().chunks()) {
            replies.none(request.cookie(), request.offsetBytes());
        } else {
            replies.ok(request.cookie(), request.offsetBytes());
        }
    }

    private void inPlace(Request request, int length) throws IOException {
        if (!session.admitBytes(length)) {
            session.refuse(request, Refusal.SHUTDOWN);
            return;
        }
        int at = replies.beginRead(length);
        try {
            device.read(request.offsetBytes(), replies.segment(), at, length);
        } catch (Throwable t) {
            if (replies.style().chunks() && !request.has(Flag.CMD_DF) && length > BLOCK_BYTES) {
                inPieces(request, length);
            } else {
                session.fail(request, t);
            }
            return;
        }
        replies.commitRead(request.cookie(), request.offsetBytes(), request.offsetBytes(), length, true);
        session.served(request, length);
    }

    private void whole(Request request, int length) throws IOException {
        // The longer wait comes first, as it holds nothing.
        PooledBuffer data = session.admitBytes(length) ? session.acquire(length) : null;
        if (data == null) {
            session.refuse(request, session.ending() ? Refusal.SHUTDOWN : Refusal.NO_MEMORY);
            return;
        }
        try {
            try {
                device.read(request.offsetBytes(), data.segment(), 0, length);
            } catch (Throwable t) {
                session.fail(request, t);
                return;
            }
            replies.sendRead(request.cookie(), request.offsetBytes(), request.offsetBytes(), length, true,
                    data.segment(), 0);
            session.served(request, length);
        } finally {
            session.release(data);
        }
    }

    /**
     * Goes by pieces through pooled memory, or through the reply buffer, which is smaller, where none is left or it would be
     * held while a rate is waited for.
     *
     * @param firstRun as the hole finder has just told
     */
    private void inPieces(Request request, long firstRun) throws IOException {
        PooledBuffer pooled =
                session.limited() ? null : session.pieceNow(Math.min(PIECE_BYTES, request.lengthBytes()));
        pieces = pooled == null ? replies.segment() : pooled.segment();
        piecesAt = pooled == null ? ReplyBuffer.SPARE_AT : 0;
        pieceBytes = pooled == null ? replies.spareBytes() : PIECE_BYTES;
        try {
            inPieces(request, firstRun, pooled == null);
        } finally {
            pieces = null;
            failed = null;
            if (pooled != null) {
                session.release(pooled);
            }
        }
    }

    private void inPieces(Request request, long firstRun, boolean inReplies) throws IOException {
        lostBlocks = 0;
        long at = request.offsetBytes();
        long end = at + request.lengthBytes();
        long run = firstRun;
        while (at < end) {
            for (long stop = at + run; at < stop; ) {
                session.turns.answerStaged();
                if (holes.zero()) {
                    at += hole(request, at, (int) Math.min(stop - at, LARGEST_HOLE_BYTES), end);
                    continue;
                }
                int length = (int) Math.min(stop - at, pieceBytes);
                if (session.fence.isClosed() || !session.admitBytes(length)) {
                    breakOff(request, at);
                    return;
                }
                if (inReplies) {
                    replies.flush();
                }
                at += piece(request, at, length, end);
                if (lostBlocks >= MOST_LOST_BLOCKS) {
                    giveUp(request, at, end);
                    return;
                }
            }
            run = at < end ? holes.runLength(at, end - at) : 0;
        }
        if (failed == null) {
            session.served(request, request.lengthBytes());
        }
    }

    /** Ends a reply because the connection ends. */
    private void breakOff(Request request, long at) throws IOException {
        Refusal reason = Refusal.SHUTDOWN;
        if (failed == null) {
            session.refused(request, reason);
        }
        replies.errorAt(request.cookie(), request.offsetBytes(), at, reason.error(), reason.message(), false);
        replies.none(request.cookie(), request.offsetBytes());
    }

    /** Ends a reply because all the rest seems to be lost. */
    private void giveUp(Request request, long at, long end) throws IOException {
        if (at < end) {
            lost(request, at, failed);
            replies.none(request.cookie(), request.offsetBytes());
        }
    }

    private int hole(Request request, long at, int length, long end) throws IOException {
        replies.hole(request.cookie(), request.offsetBytes(), at, length, at + length == end);
        return length;
    }

    private int piece(Request request, long at, int length, long end) throws IOException {
        try {
            device.read(at, pieces, piecesAt, length);
        } catch (Throwable t) {
            salvage(request, at, length, end, t);
            return length;
        }
        replies.sendRead(request.cookie(), request.offsetBytes(), at, length, at + length == end, pieces, piecesAt);
        return length;
    }

    /** Reads block by block what could not be read at once, sends what there is and names what is lost. */
    private void salvage(Request request, long from, int length, long end, Throwable failure) throws IOException {
        if (failed == null) {
            failed = failure;
            session.report(request, from, length, failure);
        }
        long stop = from + length;
        long goodFrom = from;
        boolean inLost = false;
        for (long at = from; at < stop; ) {
            long next = Math.min(stop, at - at % BLOCK_BYTES + BLOCK_BYTES);
            boolean good = readBlock(at, piecesAt + at - from, next - at);
            if (!good && !inLost) {
                sendGood(request, goodFrom, at, from, false);
                lost(request, at, failure);
            }
            if (good && inLost) {
                goodFrom = at;
            }
            inLost = !good;
            at = next;
        }
        boolean last = stop == end;
        if (!inLost) {
            sendGood(request, goodFrom, stop, from, last);
        } else if (last) {
            replies.none(request.cookie(), request.offsetBytes());
        }
    }

    private boolean readBlock(long at, long dataOffset, long length) {
        if (lostBlocks >= MOST_LOST_BLOCKS) {
            return false;
        }
        try {
            device.read(at, pieces, dataOffset, length);
            return true;
        } catch (Throwable _) {
            lostBlocks++;
            return false;
        }
    }

    private void sendGood(Request request, long from, long to, long pieceStart, boolean done) throws IOException {
        if (from < to) {
            replies.sendRead(request.cookie(), request.offsetBytes(), from, (int) (to - from), done, pieces,
                    piecesAt + from - pieceStart);
        }
    }

    private void lost(Request request, long at, Throwable failure) throws IOException {
        byte[] message = ("lost from " + at + " on; the cause is in the server's log").getBytes(StandardCharsets.UTF_8);
        replies.errorAt(request.cookie(), request.offsetBytes(), at, ErrnoMap.errorOf(failure), message, false);
    }
}
