package dev.ashlar.nbd.transmission;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.nbd.protocol.Command;
import dev.ashlar.nbd.protocol.Flag;
import dev.ashlar.nbd.protocol.ReplyStyle;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * WRITE. Small payloads are given to the device where they were received; large ones, and those that follow each other, go
 * through the {@link WriteStage}, so that the next is received while one is written. Where there is no memory for a stage they
 * are written piece by piece out of the input buffer, in whole stripes as far as it holds them: a peer that stops in the middle
 * of a payload holds up nobody else.
 */
final class Writes {
    /** Payloads up to this size are waited for in the input buffer. */
    static final int IN_PLACE_BYTES = 64 << 10;

    private final Session session;
    private final InputBuffer input;
    private final BlockDevice device;
    private final long optimalBytes;
    private final BufferPool rings;
    private final Request following;
    private WriteStage stage;

    /** @param rings memory for write stages */
    Writes(Session session, BufferPool rings) {
        this.session = session;
        this.input = session.input;
        this.device = session.device;
        this.optimalBytes = device.optimalIoBytes();
        this.rings = rings;
        this.following = new Request(session.replies.style() == ReplyStyle.EXTENDED);
    }

    /**
     * Serves a validated request at the head of the input.
     *
     * @return how many bytes have to be in the input first; 0 when it has been served
     */
    int serve(Request request) throws IOException {
        int length = (int) request.lengthBytes();
        int behindHeader = input.available() - request.headerBytes();
        boolean whole = behindHeader >= length;
        boolean large = length > IN_PLACE_BYTES;
        if (length > 0 && (large || whole && goesOn(request, length)) && enterStage()) {
            try {
                staged(request, length);
            } finally {
                stage.leave();
            }
        } else if (whole) {
            input.consume(request.headerBytes());
            settle(request.offsetBytes(), length);
            session.admitPart(length);
            Throwable failure = write(request, 0, length, input.segment(), input.head());
            input.consume(length);
            session.answerWrite(request.cookie(), request.offsetBytes(), length, session.arrivedNanos(), failure);
        } else if (!large) {
            return request.headerBytes() + length;
        } else {
            streamed(request, length);
        }
        return 0;
    }

    /** Whether the write follows one that waits, or the request behind it follows this one. */
    private boolean goesOn(Request request, int length) {
        if (request.has(Flag.CMD_FUA)) {
            return false;
        }
        if (stage != null && stage.continuesAt(request.offsetBytes())) {
            return true;
        }
        int next = request.headerBytes() + length;
        return input.available() >= next + request.headerBytes()
                && following.decode(input.bytes(), input.head() + next)
                && following.type() == Command.WRITE
                && following.offsetBytes() == request.offsetBytes() + length;
    }

    private boolean enterStage() {
        if (stage != null && stage.enter()) {
            return true;
        }
        stage = WriteStage.start(session, rings);
        session.turns.use(stage);
        return stage != null;
    }

    private void staged(Request request, int length) throws IOException {
        input.consume(request.headerBytes());
        for (int done = 0; done < length; ) {
            int part = Math.min(length - done, stage.partBytes());
            session.admitPart(part);
            int place = receivePart(request.offsetBytes() + done, part, request.headerBytes());
            if (part == length && stage.idle() && input.available() == 0) {
                // Nobody would be served faster by another thread.
                stage.abandon();
                Throwable failure = write(request, 0, length, stage.ring(), place);
                session.answerWrite(request.cookie(), request.offsetBytes(), length, session.arrivedNanos(), failure);
            } else {
                stage.publish(request, done, part, place);
            }
            done += part;
        }
    }

    /** Brings a part of a payload into the ring: where it is. */
    private int receivePart(long offsetBytes, int length, int headerBytes) throws IOException {
        int place = stage.placeNow(offsetBytes, length);
        int already = Math.min(length, input.available());
        if (place >= 0 && already == length) {
            input.moveTo(stage.ring(), place, already);
            return place;
        }
        try {
            session.turns.give();
            place = place < 0 ? stage.place(offsetBytes, length) : place;
            input.moveTo(stage.ring(), place, already);
            receiveRest(stage.ring(), place + already, length - already, headerBytes);
            return place;
        } catch (IOException | RuntimeException | Error e) {
            stage.abandon();
            throw e;
        } finally {
            session.turns.take();
        }
    }

    /** Receives the rest of a payload to its place; the input is empty, and takes the header that may come behind. */
    private void receiveRest(MemorySegment target, int at, int length, int headerBytes) throws IOException {
        int done = 0;
        while (done < length) {
            int room = input.room(headerBytes);
            int count = session.transport.receive(
                    target, at + done, length - done, input.segment(), input.tail(), Math.min(room, headerBytes));
            if (count < 0) {
                throw new EOFException("the peer closed in the middle of a payload");
            }
            int taken = Math.min(count, length - done);
            done += taken;
            input.received(count - taken);
        }
        session.arrived();
    }

    private void streamed(Request request, int length) throws IOException {
        input.consume(request.headerBytes());
        settle(request.offsetBytes(), length);
        Throwable failure = null;
        for (int done = 0; done < length; ) {
            int piece = pieceBytes(request.offsetBytes() + done, length - done);
            session.admitPart(piece);
            receivePiece(piece);
            if (failure == null) {
                failure = write(request, done, piece, input.segment(), input.head());
            }
            input.consume(piece);
            done += piece;
        }
        session.answerWrite(request.cookie(), request.offsetBytes(), length, session.arrivedNanos(), failure);
    }

    /** How much is written at once of what is left: what fits, but no part of a stripe more than there has to be. */
    private int pieceBytes(long offsetBytes, int leftBytes) {
        int most = input.capacityBytes();
        if (leftBytes <= most && offsetBytes / optimalBytes == (offsetBytes + leftBytes - 1) / optimalBytes) {
            return leftBytes;
        }
        long lastBoundary = (offsetBytes + Math.min(most, leftBytes)) / optimalBytes * optimalBytes;
        return lastBoundary > offsetBytes ? (int) (lastBoundary - offsetBytes) : Math.min(most, leftBytes);
    }

    /** Waits until the input holds a piece of a payload. */
    private void receivePiece(int bytes) throws IOException {
        while (input.available() < bytes) {
            try {
                session.turns.give();
                session.receiveMore(bytes);
            } finally {
                session.turns.take();
            }
        }
    }

    /** Writes a part of a request: what the device threw, or null. */
    private Throwable write(Request request, int skipped, int length, MemorySegment source, long sourceOffset) {
        if (length == 0) {
            return null;
        }
        Fence.Lane lane = session.fence.connection();
        try {
            lane.begin();
            try {
                device.write(request.offsetBytes() + skipped, source, sourceOffset, length, request.has(Flag.CMD_FUA));
                return null;
            } finally {
                lane.end();
            }
        } catch (Throwable t) {
            return t;
        }
    }

    /**
     * Waits for staged writes that overlap the range. The protocol leaves the order of requests that are in flight together
     * open; this server keeps it, of execution and of replies, where they touch the same bytes.
     */
    void settle(long offsetBytes, long lengthBytes) throws IOException {
        if (stage == null) {
            return;
        }
        if (stage.mayOverlap(offsetBytes, lengthBytes)) {
            try {
                session.turns.give();
                stage.awaitIdle();
            } finally {
                session.turns.take();
            }
        }
        if (stage.hasUnanswered()) {
            stage.answerExecuted(session.replies);
        }
    }

    /** Ends the stage, after everything handed to it has been executed. Without the reply turn. */
    void close() {
        if (stage != null) {
            stage.close();
        }
    }
}
