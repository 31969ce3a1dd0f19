package dev.ashlar.nbd.transmission;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.nbd.export.ServedExport;
import dev.ashlar.nbd.protocol.Command;
import dev.ashlar.nbd.protocol.NbdError;
import dev.ashlar.nbd.throttle.Throttle;
import dev.ashlar.nbd.transport.Transport;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * What the handlers of one connection's requests share, and the ways to end a request that all of them need. Belongs to the
 * connection's thread, while it has the turn; receiving happens without.
 */
final class Session {
    final Transport transport;
    private final ServedExport export;
    final BlockDevice device;
    final InputBuffer input;
    final ReplyBuffer replies;
    final ReplyTurns turns;
    private final Transmission.Memory memory;
    final ConnectionCounters counters;
    final Fence fence;
    private final Waits waits;
    private final FailureLog failures;
    /** Null where requests are not logged. */
    private final RequestLog log;
    private long arrivedNanos;
    /** What has been admitted of the payload of the present WRITE before it came. */
    private long prepaidBytes;

    Session(
            Transport transport,
            ServedExport export,
            BlockDevice device,
            InputBuffer input,
            ReplyBuffer replies,
            Transmission.Memory memory,
            ConnectionCounters counters,
            Fence fence,
            Waits waits,
            FailureLog failures,
            RequestLog log) {
        this.transport = transport;
        this.export = export;
        this.device = device;
        this.input = input;
        this.replies = replies;
        this.turns = new ReplyTurns(replies);
        this.memory = memory;
        this.counters = counters;
        this.fence = fence;
        this.waits = waits;
        this.failures = failures;
        this.log = log;
    }

    /**
     * Waits until a request may be begun, with what is ready sent before, and until the first bytes of a WRITE may be moved.
     *
     * @return false if it must not be begun any more
     */
    boolean admit(Request request) throws IOException {
        Throttle throttle = waits.throttle();
        if (throttle == null) {
            return true;
        }
        if (!throttle.tryBegin()) {
            try {
                turns.give();
                if (!throttle.begin()) {
                    return false;
                }
            } finally {
                turns.take();
            }
        }
        prepaidBytes = request.type() == Command.WRITE ? Math.min(request.lengthBytes(), Writes.IN_PLACE_BYTES) : 0;
        return admitBytes(prepaidBytes);
    }

    /** Waits until a part of the payload of a WRITE may be moved; where waiting has been cancelled, what has begun goes on. */
    void admitPart(long partBytes) throws IOException {
        long prepaid = Math.min(prepaidBytes, partBytes);
        prepaidBytes -= prepaid;
        admitBytes(partBytes - prepaid);
    }

    /**
     * Waits until so many bytes may be moved, with what is ready sent before. Comes before they are moved, but behind whatever
     * is not to be paid for.
     *
     * @return false if the wait was cancelled: what has not been begun must not be begun any more
     */
    boolean admitBytes(long count) throws IOException {
        Throttle throttle = waits.throttle();
        if (throttle == null || count == 0 || throttle.tryMove(count)) {
            return true;
        }
        try {
            turns.give();
            return throttle.move(count);
        } finally {
            turns.take();
        }
    }

    /** Whether anything may have to wait for a rate. */
    boolean limited() {
        return waits.throttle() != null;
    }

    /** Answers a request that carries nothing back. */
    void succeed(Request request) throws IOException {
        served(request, 0);
        replies.ok(request.cookie(), request.offsetBytes());
    }

    /** Counts a request that is answered without an error, and the payload it has moved. */
    void served(Request request, long bytes) {
        answered(request.type(), request.offsetBytes(), request.lengthBytes(), bytes, arrivedNanos, null);
    }

    /** Counts a request, and logs it where that is wanted. */
    private void answered(
            int type, long offsetBytes, long lengthBytes, long movedBytes, long arrivedNanos, NbdError error) {
        long nanos = System.nanoTime() - arrivedNanos;
        counters.served(type, movedBytes, nanos, error != null);
        if (log != null) {
            log.answered(type, offsetBytes, lengthBytes, error, nanos);
        }
    }

    /** Takes note that what is served next has just arrived. */
    void arrived() {
        arrivedNanos = System.nanoTime();
    }

    /** When what is served now has arrived. */
    long arrivedNanos() {
        return arrivedNanos;
    }

    /**
     * Answers a write that has been executed. With the reply turn, by whichever thread has it.
     *
     * @param arrivedNanos when it had arrived whole
     */
    void answerWrite(long cookie, long offsetBytes, long lengthBytes, long arrivedNanos, Throwable failure)
            throws IOException {
        NbdError error = failure == null ? null : ErrnoMap.errorOf(failure);
        answered(Command.WRITE, offsetBytes, lengthBytes, failure == null ? lengthBytes : 0, arrivedNanos, error);
        if (failure == null) {
            replies.ok(cookie, offsetBytes);
        } else {
            failures.deviceFailed(export.name(), Command.WRITE, offsetBytes, lengthBytes, failure);
            replies.error(cookie, offsetBytes, error,
                    message(Command.WRITE, offsetBytes, lengthBytes));
        }
    }

    /** Answers a request that the device has failed. */
    void fail(Request request, Throwable failure) throws IOException {
        report(request, request.offsetBytes(), request.lengthBytes(), failure);
        replies.error(request.cookie(), request.offsetBytes(), ErrnoMap.errorOf(failure),
                message(request.type(), request.offsetBytes(), request.lengthBytes()));
    }

    /** Counts a request that the device has failed, and logs the failure: that of these bytes of it. */
    void report(Request request, long offsetBytes, long lengthBytes, Throwable failure) {
        answeredWith(request, ErrnoMap.errorOf(failure));
        failures.deviceFailed(export.name(), request.type(), offsetBytes, lengthBytes, failure);
    }

    private void answeredWith(Request request, NbdError error) {
        answered(request.type(), request.offsetBytes(), request.lengthBytes(), 0, arrivedNanos, error);
    }

    /** What a client is told of a failure. Names of files and hosts stay in the log. */
    static byte[] message(int type, long offsetBytes, long lengthBytes) {
        String message = Command.name(type) + " of " + lengthBytes + " bytes at " + offsetBytes
                + " failed; the cause is in the server's log";
        return message.getBytes(StandardCharsets.UTF_8);
    }

    /** Answers a request that must not reach the device. Its payload has been taken off the stream. */
    void refuse(Request request, Refusal refusal) throws IOException {
        refused(request, refusal);
        replies.error(request.cookie(), request.offsetBytes(), refusal.error(), refusal.message());
    }

    /** Counts a request that is refused, or not carried to its end. */
    void refused(Request request, Refusal refusal) {
        answeredWith(request, refusal.error());
    }

    /** Memory for a piece of a payload, or null if there is none just now. */
    PooledBuffer pieceNow(long lengthBytes) {
        return memory.payloads().acquireNow(lengthBytes);
    }

    /**
     * Memory for a payload that must be whole, or null, also where the wait for it was cancelled. Replies are sent before
     * waiting: a client may wait for them first.
     */
    PooledBuffer acquire(long lengthBytes) throws IOException {
        BufferPool pool = memory.pool(lengthBytes);
        PooledBuffer payload = pool.acquireNow(lengthBytes, waits.client());
        if (payload != null) {
            return payload;
        }
        try {
            turns.give();
            payload = pool.acquire(lengthBytes, waits);
        } finally {
            turns.take();
        }
        if (payload != null && ending()) {
            pool.release(payload);
            return null;
        }
        return payload;
    }

    /** Whether what has to wait is not done any more. */
    boolean ending() {
        return waits.cancelled();
    }

    void release(PooledBuffer payload) {
        memory.pool(payload.capacityBytes()).release(payload);
    }

    /** Takes {@code lengthBytes} of payload off the stream and forgets them. */
    void skip(long lengthBytes) throws IOException {
        long left = lengthBytes;
        while (true) {
            int skipped = (int) Math.min(left, input.available());
            input.consume(skipped);
            left -= skipped;
            if (left == 0) {
                return;
            }
            try {
                turns.give();
                receiveMore(1);
            } finally {
                turns.take();
            }
        }
    }

    /** Waits for more input, with room so that {@code wantedBytes} fit in all. Without the reply turn. */
    void receiveMore(int wantedBytes) throws IOException {
        int room = input.room(wantedBytes);
        int count = transport.receive(input.segment(), input.tail(), room);
        if (count < 0) {
            throw new EOFException("the peer closed in the middle of a payload");
        }
        input.received(count);
    }
}
