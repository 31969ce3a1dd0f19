package dev.ashlar.nbd.transmission;

import dev.ashlar.nbd.export.ServedExport;
import dev.ashlar.nbd.protocol.Command;
import dev.ashlar.nbd.transport.Transport;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * The request loop of one connection, run by one thread.
 *
 * <p>Invariants:
 * <ul>
 *   <li>Requests are executed in the order of arrival, each to its end; a reply says what the device has said before.
 *   <li>The payload of a refused WRITE is taken off the stream before the next header is looked for.
 *   <li>A READ's header leaves only when its data are there: a simple reply cannot be taken back.
 *   <li>Nothing waits in the reply buffer while the thread waits for the peer or for memory.
 *   <li>What a device throws becomes a reply; only a lost peer or broken framing ends the connection.
 * </ul>
 */
public final class Transmission {
    /** Payloads up to this size are executed where they were received, and read data where they are sent from. */
    static final int IN_PLACE_READ_BYTES = 32 << 10;

    static final int IN_PLACE_WRITE_BYTES = 64 << 10;
    private static final int INPUT_BYTES = 256 << 10;
    private static final int REPLY_BYTES = 256 << 10;
    /** What a connection holds for its own use while it runs. */
    public static final int BUFFER_BYTES = INPUT_BYTES + REPLY_BYTES;


    private final Transport transport;
    private final BufferPool payloads;
    private final FailureLog failures;
    private final ConnectionCounters counters;
    private final DrainGate gate;
    private final String exportName;
    private final RequestValidator validator;
    private final Commands commands;
    private final BufferPool buffers;
    private final PooledBuffer inputMemory;
    private final PooledBuffer replyMemory;
    private final InputBuffer input;
    private final ReplyBuffer replies;
    private final Request request = new Request();
    private int wantedBytes = Request.BYTES;
    private boolean lastReceiveDone;
    private boolean refuseNew;

    /**
     * @param transport the peer; stays its owner's
     * @param export what it uses
     * @param structuredReplies whether they were agreed on
     * @param buffers memory for {@link #BUFFER_BYTES}
     * @param payloads memory for large payloads
     * @param failures where failures of the device are told
     * @param counters what is counted
     * @param gate through which others end the loop
     * @throws IOException if there is no memory for the buffers
     */
    public Transmission(
            Transport transport,
            ServedExport export,
            boolean structuredReplies,
            BufferPool buffers,
            BufferPool payloads,
            FailureLog failures,
            ConnectionCounters counters,
            DrainGate gate)
            throws IOException {
        this.transport = transport;
        this.buffers = buffers;
        this.payloads = payloads;
        this.failures = failures;
        this.counters = counters;
        this.gate = gate;
        this.exportName = export.name();
        this.validator = new RequestValidator(export.sizeBytes(), export.readOnly(), structuredReplies);
        this.commands = new Commands(export.device());
        this.inputMemory = buffers.acquireNow(INPUT_BYTES);
        this.replyMemory = buffers.acquireNow(REPLY_BYTES);
        if (inputMemory == null || replyMemory == null) {
            releaseBuffers();
            throw new IOException("no memory for another connection");
        }
        this.input = new InputBuffer(inputMemory);
        this.replies = new ReplyBuffer(transport, replyMemory, structuredReplies);
    }

    /**
     * Serves requests until the client says DISC or leaves, breaks the framing, or the gate closes. All replies of
     * requests that were taken have been sent then.
     *
     * @throws IOException if the peer is gone
     */
    public void run() throws IOException {
        try {
            while (serveReceived()) {
                replies.flush();
                if (!receive()) {
                    return;
                }
            }
            replies.flush();
        } finally {
            releaseBuffers();
        }
    }

    private void releaseBuffers() {
        if (inputMemory != null) {
            buffers.release(inputMemory);
        }
        if (replyMemory != null) {
            buffers.release(replyMemory);
        }
    }

    /** Executes every whole request that has been received: false when the connection ends here. */
    private boolean serveReceived() throws IOException {
        wantedBytes = Request.BYTES;
        while (input.available() >= Request.BYTES) {
            if (!request.decode(input.bytes(), input.head()) || request.type() == Command.DISC) {
                return false;
            }
            if (request.type() == Command.WRITE) {
                if (!write()) {
                    return true;
                }
            } else {
                input.consume(Request.BYTES);
                serve();
            }
        }
        return true;
    }

    private Refusal refusal() {
        return refuseNew ? Refusal.SHUTDOWN : validator.check(request);
    }

    private void serve() throws IOException {
        Refusal refusal = refusal();
        if (refusal != null) {
            refuse(refusal);
        } else if (request.type() == Command.READ) {
            read();
        } else {
            Throwable failure = null;
            try {
                commands.execute(request);
            } catch (Throwable t) {
                failure = t;
            }
            finish(failure);
        }
    }

    private void read() throws IOException {
        int length = (int) request.lengthBytes();
        if (length == 0) {
            counters.request();
            replies.emptyRead(request.cookie());
        } else if (length <= IN_PLACE_READ_BYTES) {
            readInPlace(length);
        } else {
            readPooled(length);
        }
    }

    private void readInPlace(int length) throws IOException {
        int at = replies.beginRead(length);
        try {
            commands.read(request, replies.segment(), at);
        } catch (Throwable t) {
            finish(t);
            return;
        }
        replies.commitRead(request.cookie(), request.offsetBytes(), length);
        counters.request();
        counters.read(length);
    }

    private void readPooled(int length) throws IOException {
        PooledBuffer payload = acquire(length);
        if (payload == null) {
            refuse(Refusal.NO_MEMORY);
            return;
        }
        try {
            try {
                commands.read(request, payload.segment(), 0);
            } catch (Throwable t) {
                finish(t);
                return;
            }
            counters.request();
            counters.read(length);
            replies.sendRead(request.cookie(), request.offsetBytes(), length, payload);
        } finally {
            payloads.release(payload);
        }
    }

    /** Serves the WRITE at the head of the input: false when its payload has to be received first. */
    private boolean write() throws IOException {
        Refusal refusal = refusal();
        if (refusal != null) {
            refuseWrite(refusal);
            return true;
        }
        int length = (int) request.lengthBytes();
        if (input.available() - Request.BYTES >= length) {
            input.consume(Request.BYTES);
            execute(input, length);
        } else if (length <= IN_PLACE_WRITE_BYTES) {
            wantedBytes = Request.BYTES + length;
            return false;
        } else {
            writePooled(length);
        }
        return true;
    }

    private void execute(InputBuffer payload, int length) throws IOException {
        Throwable failure = null;
        try {
            commands.write(request, payload.segment(), payload.head());
        } catch (Throwable t) {
            failure = t;
        }
        payload.consume(length);
        finishWrite(failure, length);
    }

    private void writePooled(int length) throws IOException {
        replies.flush();
        PooledBuffer payload = acquire(length);
        if (payload == null) {
            refuseWrite(Refusal.NO_MEMORY);
            return;
        }
        try {
            input.consume(Request.BYTES);
            int already = input.moveTo(payload.segment(), 0, length);
            transport.receiveFully(payload.segment(), already, length - already);
            Throwable failure = null;
            try {
                commands.write(request, payload.segment(), 0);
            } catch (Throwable t) {
                failure = t;
            }
            finishWrite(failure, length);
        } finally {
            payloads.release(payload);
        }
    }

    /** Memory for a payload, or null. Replies are sent before waiting for it: a client may wait for them first. */
    private PooledBuffer acquire(int length) throws IOException {
        PooledBuffer payload = payloads.acquireNow(length);
        if (payload == null) {
            replies.flush();
            payload = payloads.acquire(length);
        }
        return payload;
    }

    private void finishWrite(Throwable failure, int length) throws IOException {
        if (failure == null) {
            counters.written(length);
        }
        finish(failure);
    }

    private void finish(Throwable failure) throws IOException {
        counters.request();
        if (failure == null) {
            replies.ok(request.cookie());
            return;
        }
        counters.error();
        failures.deviceFailed(exportName, request, failure);
        // Names of files and hosts stay in the log.
        String message = Command.name(request.type()) + " of " + request.lengthBytes() + " bytes at "
                + request.offsetBytes() + " failed; the cause is in the server's log";
        replies.error(request.cookie(), ErrnoMap.errorOf(failure), message.getBytes(StandardCharsets.UTF_8));
    }

    private void refuse(Refusal refusal) throws IOException {
        counters.request();
        counters.error();
        replies.error(request.cookie(), refusal.error(), refusal.message());
    }

    private void refuseWrite(Refusal refusal) throws IOException {
        input.consume(Request.BYTES);
        long left = request.lengthBytes();
        while (true) {
            int skipped = (int) Math.min(left, input.available());
            input.consume(skipped);
            left -= skipped;
            if (left == 0) {
                break;
            }
            replies.flush();
            int count = receiveInput(Request.BYTES);
            if (count < 0) {
                throw new EOFException("the peer closed in the middle of a payload");
            }
            input.received(count);
        }
        refuse(refusal);
    }

    /** Waits for more input: false when there is none and will be none. */
    private boolean receive() throws IOException {
        if (input.available() > 0) {
            return take(receiveInput(wantedBytes));
        }
        if (!gate.beginWait()) {
            return receiveLast();
        }
        int count;
        try {
            count = receiveInput(wantedBytes);
        } finally {
            gate.endWait();
        }
        return take(count);
    }

    /**
     * The end of a drained connection: what had already arrived is served, what still comes behind it is refused, and
     * the first silence is the end.
     */
    private boolean receiveLast() throws IOException {
        refuseNew = lastReceiveDone;
        lastReceiveDone = true;
        int room = input.room(wantedBytes);
        return take(transport.receiveNow(input.segment(), input.tail(), room));
    }

    private int receiveInput(int wanted) throws IOException {
        int room = input.room(wanted);
        return transport.receive(input.segment(), input.tail(), room);
    }

    private boolean take(int count) {
        input.received(count);
        return count > 0;
    }
}
