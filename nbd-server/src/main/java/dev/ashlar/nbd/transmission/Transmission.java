package dev.ashlar.nbd.transmission;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.nbd.export.ServedExport;
import dev.ashlar.nbd.protocol.Command;
import dev.ashlar.nbd.protocol.Flag;
import dev.ashlar.nbd.protocol.ReplyStyle;
import dev.ashlar.nbd.transport.Transport;
import java.io.IOException;

/**
 * The request loop of one connection, run by one thread.
 *
 * <p>Invariants:
 * <ul>
 *   <li>Requests are begun in the order of arrival. All but large writes are executed and answered in that order too, and even
 *       those keep it where two requests touch the same bytes. A reply says what the device has said before.
 *   <li>The payload of a refused request is taken off the stream before the next header is looked for.
 *   <li>A READ's header leaves only when its data are there: a simple reply cannot be taken back.
 *   <li>Nothing waits in the reply buffer while the thread waits for the peer or for memory.
 *   <li>What a device throws becomes a reply; only a lost peer or broken framing ends the connection.
 *   <li>{@link #run} returns only when no thread of this connection is inside the device any more.
 * </ul>
 */
public final class Transmission {
    private static final int INPUT_BYTES = 256 << 10;
    private static final int REPLY_BYTES = 256 << 10;
    /** What a connection holds for its own use while it runs. */
    public static final int BUFFER_BYTES = INPUT_BYTES + REPLY_BYTES;

    /** What a write stage takes at most from its own pool while it has something to do. */
    public static final int STAGE_BYTES = WriteStage.MOST_RING_BYTES;

    /** The longest payload that can be taken off the stream; a peer that announces more is not worth reading. */
    private static final long MOST_SKIPPED_BYTES = 0xffff_ffffL;

    private final Transport transport;
    private final DrainGate gate;
    private final BufferPool buffers;
    private final PooledBuffer inputMemory;
    private final PooledBuffer replyMemory;
    private final Session session;
    private final InputBuffer input;
    private final RequestValidator validator;
    private final Request request;
    private final BlockDevice device;
    private final Reads reads;
    private final Writes writes;
    private final RangeChanges rangeChanges;
    private final BlockStatus blockStatus;
    private int wantedBytes;
    /** Whether the request at the head of the input has been let pass already. */
    private boolean admitted;

    private boolean lastReceiveDone;
    private boolean refuseNew;

    /**
     * @param transport the peer; stays its owner's
     * @param export what it uses
     * @param agreement what was negotiated
     * @param memory where buffers come from
     * @param failures where failures of the device are told
     * @param counters what is counted
     * @param gate through which others end the loop
     * @param fence what every change of the device passes
     * @param waits what requests may have to wait for
     * @param log where every request is logged, null for nowhere
     * @throws IOException if there is no memory for the buffers
     */
    public Transmission(
            Transport transport,
            ServedExport export,
            Agreement agreement,
            Memory memory,
            FailureLog failures,
            ConnectionCounters counters,
            DrainGate gate,
            Fence fence,
            Waits waits,
            RequestLog log)
            throws IOException {
        this.transport = transport;
        this.gate = gate;
        this.buffers = memory.buffers();
        this.inputMemory = buffers.acquireNow(INPUT_BYTES);
        this.replyMemory = buffers.acquireNow(REPLY_BYTES);
        if (inputMemory == null || replyMemory == null) {
            releaseBuffers();
            throw new IOException("no memory for another connection");
        }
        ReplyBuffer replies = new ReplyBuffer(transport, replyMemory, agreement.style());
        this.input = new InputBuffer(inputMemory);
        this.session = new Session(
                transport, export, agreement.device(), input, replies, memory, counters, fence, waits, failures,
                log);
        this.validator = new RequestValidator(
                export.sizeBytes(), export.readOnly(), agreement.style(), agreement.contexts().size());
        this.request = new Request(agreement.style() == ReplyStyle.EXTENDED);
        this.device = agreement.device();
        this.reads = new Reads(session);
        this.writes = new Writes(session, memory.rings());
        this.rangeChanges = new RangeChanges(session);
        this.blockStatus = new BlockStatus(session, agreement.contexts());
    }

    /**
     * The memory of all connections. Peers that stop in the middle of something hold what they have of it, so nobody who can do
     * with less is made to wait for it: only a READ that must be answered in one piece waits for payload memory.
     *
     * @param buffers {@link #BUFFER_BYTES} for each connection
     * @param payloads what READs hold, up to {@link #LARGE_BYTES} each
     * @param largePayloads what larger ones hold
     * @param rings up to {@link #STAGE_BYTES} for each connection that writes much just now; with none left it writes slower
     */
    public record Memory(BufferPool buffers, BufferPool payloads, BufferPool largePayloads, BufferPool rings) {
        /** Larger payloads have their memory apart, where a few of them keep only each other waiting. */
        public static final int LARGE_BYTES = 4 << 20;

        BufferPool pool(long lengthBytes) {
            return lengthBytes > LARGE_BYTES ? largePayloads : payloads;
        }

        /** Frees what is kept for reuse. */
        public void trim() {
            buffers.trim();
            payloads.trim();
            largePayloads.trim();
            rings.trim();
        }
    }

    /**
     * Serves requests until the client says DISC or leaves, breaks the framing, or the gate closes. All replies of
     * requests that were taken have been sent then.
     *
     * @throws IOException if the peer is gone
     */
    public void run() throws IOException {
        try {
            while (serveBatch() && receive()) {
                continue;
            }
        } catch (IOException e) {
            // The peer is gone, or has broken off in the middle: it may be back already, and what waits would come late.
            session.fence.close();
            throw e;
        } finally {
            try {
                end();
            } finally {
                releaseBuffers();
            }
        }
    }

    /** Executes everything that has been received and sends the answers: false when the connection ends here. */
    private boolean serveBatch() throws IOException {
        session.turns.take();
        boolean goesOn = false;
        try {
            goesOn = serveReceived();
        } finally {
            session.turns.give();
        }
        return goesOn;
    }

    private void end() throws IOException {
        writes.close();
        session.turns.take();
        session.turns.give();
    }

    private void releaseBuffers() {
        if (inputMemory != null) {
            buffers.release(inputMemory);
        }
        if (replyMemory != null) {
            buffers.release(replyMemory);
        }
    }

    private boolean serveReceived() throws IOException {
        int header = request.headerBytes();
        wantedBytes = header;
        int begun = 0;
        while (input.available() >= header) {
            if (session.fence.isClosed()
                    || !request.decode(input.bytes(), input.head())
                    || request.type() == Command.DISC) {
                return false;
            }
            Refusal refusal = refusal();
            if (refusal == null && !admitted) {
                admitted = session.admit(request);
                refusal = admitted ? null : Refusal.SHUTDOWN;
            }
            if (refusal != null) {
                if (!refuse(refusal)) {
                    return false;
                }
            } else if (request.payloadBytes() > 0 || request.type() == Command.WRITE) {
                wantedBytes = serveWithPayload();
                if (wantedBytes > 0) {
                    return true;
                }
                wantedBytes = header;
            } else {
                input.consume(header);
                serve();
            }
            admitted = false;
            begun++;
        }
        transport.brought(begun);
        return true;
    }

    private Refusal refusal() {
        if (refuseNew) {
            return Refusal.SHUTDOWN;
        }
        Refusal refusal = validator.check(request);
        boolean misfit = request.type() == Command.BLOCK_STATUS
                && request.has(Flag.CMD_PAYLOAD_LEN)
                && !blockStatus.takesPayload(request.payloadBytes());
        return refusal == null && misfit ? Refusal.BAD_CONTEXTS : refusal;
    }

    /** Eats the payload and answers: false if the payload is beyond all measure. */
    private boolean refuse(Refusal refusal) throws IOException {
        long payload = request.payloadBytes();
        if (payload < 0 || payload > MOST_SKIPPED_BYTES) {
            return false;
        }
        input.consume(request.headerBytes());
        session.skip(payload);
        session.refuse(request, refusal);
        return true;
    }

    /** How many bytes have to be in the input first; 0 when the request has been served. */
    private int serveWithPayload() throws IOException {
        return request.type() == Command.WRITE ? writes.serve(request) : statusWithPayload();
    }

    private int statusWithPayload() throws IOException {
        long payload = request.payloadBytes();
        int whole = request.headerBytes() + (int) payload;
        if (input.available() < whole) {
            return whole;
        }
        int at = input.head() + request.headerBytes();
        long wanted = blockStatus.takePayload(request, input.bytes(), at, (int) payload);
        input.consume(whole);
        Refusal refusal = wanted == 0 ? Refusal.BAD_CONTEXTS : validator.statusRange(request);
        if (refusal != null) {
            session.refuse(request, refusal);
        } else {
            writes.settle(request.offsetBytes(), request.lengthBytes());
            blockStatus.serve(request, wanted);
        }
        return 0;
    }

    /** Serves a validated request without payload. */
    private void serve() throws IOException {
        writes.settle(request.offsetBytes(), request.lengthBytes());
        switch (request.type()) {
            case Command.READ -> reads.serve(request);
            case Command.BLOCK_STATUS -> blockStatus.serve(request);
            default -> execute();
        }
    }

    private void execute() throws IOException {
        if (request.type() == Command.FLUSH) {
            flush();
        } else if (request.lengthBytes() == 0) {
            session.succeed(request);
        } else if (request.type() == Command.CACHE) {
            prefetch();
        } else {
            rangeChanges.serve(request);
        }
    }

    private void flush() throws IOException {
        Fence.Lane lane = session.fence.connection();
        try {
            lane.begin();
            try {
                device.flush();
            } finally {
                lane.end();
            }
        } catch (Throwable t) {
            session.fail(request, t);
            return;
        }
        session.succeed(request);
    }

    private void prefetch() throws IOException {
        try {
            device.prefetch(request.offsetBytes(), request.lengthBytes());
        } catch (Throwable t) {
            session.fail(request, t);
            return;
        }
        session.succeed(request);
    }

    /** Waits for more input: false when there is none and will be none. */
    private boolean receive() throws IOException {
        if (input.available() > 0) {
            return take(receiveInput());
        }
        if (!gate.beginWait()) {
            return receiveLast();
        }
        int count;
        try {
            count = receiveInput();
        } finally {
            gate.endWait();
        }
        return take(count);
    }

    private int receiveInput() throws IOException {
        int room = input.room(wantedBytes);
        return transport.receive(input.segment(), input.tail(), room);
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

    private boolean take(int count) {
        input.received(count);
        session.arrived();
        return count > 0;
    }
}
