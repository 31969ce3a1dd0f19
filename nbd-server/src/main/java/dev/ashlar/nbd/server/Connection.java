package dev.ashlar.nbd.server;

import dev.ashlar.nbd.ConnectionStatus;
import dev.ashlar.nbd.Peer;
import dev.ashlar.nbd.PeerRules;
import dev.ashlar.nbd.TimeLimits;
import dev.ashlar.nbd.export.ExportUser;
import dev.ashlar.nbd.export.ServedExport;
import dev.ashlar.nbd.handshake.Handshake;
import dev.ashlar.nbd.handshake.Negotiation;
import dev.ashlar.nbd.transmission.Agreement;
import dev.ashlar.nbd.protocol.Command;
import dev.ashlar.nbd.throttle.Throttle;
import dev.ashlar.nbd.transmission.CommandTotals;
import dev.ashlar.nbd.transmission.ConnectionCounters;
import dev.ashlar.nbd.transmission.DrainGate;
import dev.ashlar.nbd.transmission.Fence;
import dev.ashlar.nbd.transmission.RequestLog;
import dev.ashlar.nbd.transmission.Transmission;
import dev.ashlar.nbd.transmission.Waits;
import dev.ashlar.nbd.transport.SocketTransport;
import dev.ashlar.nbd.transport.Transport;
import dev.ashlar.nbd.transport.TransportProgress;
import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client from its greeting to its end, on a thread of its own.
 *
 * <p>Invariants: whatever happens here ends at most this connection. The export is left only after the last call into
 * its device has returned. Once the connection has been cut off, by whomsoever, no change begins any more.
 */
final class Connection implements Runnable, ExportUser {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    /** The least silence after which keepalive can be made to ask at once. */
    private static final long SILENT_MILLIS = 1000;

    private final long id;
    private final Instant since = Instant.now();
    private final SocketTransport socket;
    private final ServerState server;
    private final ConnectionCounters counters = new ConnectionCounters();
    private final DrainGate gate;
    private final Fence fence = new Fence();
    private final TimeLimits times;
    private final PeerWatch watch;
    private final AtomicReference<ServerEvent> endedBy = new AtomicReference<>();
    private volatile ServedExport export;
    private volatile Throttle throttle;
    private volatile Waits waits;
    private volatile ReceivedMark lastMark;
    private volatile boolean ending;
    private volatile Transport transport;

    /** @param socket released when {@link #run} ends */
    Connection(long id, SocketTransport socket, ServerState server) {
        this.id = id;
        this.socket = socket;
        this.transport = socket;
        this.server = server;
        this.gate = new DrainGate(() -> this.transport.endInput());
        this.times = server.limits().times();
        this.watch = new PeerWatch(times.idle().toNanos(), times.stall().toNanos());
    }

    @Override
    public void run() {
        try {
            Negotiation negotiation =
                    new Negotiation(server.exports(), this, server::stopping, server.tls(), server.denials());
            try {
                if (negotiate(negotiation)) {
                    transmit(
                            negotiation.export(),
                            new Agreement(negotiation.device(), negotiation.style(), negotiation.contexts()));
                }
            } finally {
                // Also when the peer has left between the choice of an export and the answer to it.
                negotiation.leave();
            }
        } catch (IOException e) {
            LOG.debug("connection {} from {}: {}", id, transport.peer().text(), e.toString());
        } catch (Throwable t) {
            LOG.error("connection {} from {} ends by a defect of the server", id, transport.peer().text(), t);
        } finally {
            if (export == null) {
                endsBy(ServerEvent.HANDSHAKE_FAILED);
            }
            abort();
            socket.release();
            server.ended(this);
        }
    }

    private boolean negotiate(Negotiation negotiation) throws IOException {
        Future<?> deadline = server.timer()
                .schedule(this::handshakeTooSlow, times.handshake().toNanos(), TimeUnit.NANOSECONDS);
        try {
            boolean chosen = new Handshake(transport, negotiation, secured -> transport = secured).run();
            if (!chosen) {
                transport.finish();
            }
            return chosen;
        } finally {
            deadline.cancel(false);
        }
    }

    private void handshakeTooSlow() {
        endsBy(ServerEvent.HANDSHAKE_TIMED_OUT);
        abort();
    }

    private void transmit(ServedExport chosen, Agreement agreement) throws IOException {
        export = chosen;
        LOG.info("connection {} from {} uses export '{}'", id, transport.peer().text(), chosen.name());
        throttle = Throttle.of(client(), chosen.limiter(), server.limiter());
        waits = new Waits(client(), throttle);
        if (ending) {
            cancelWaits();
        }
        hasten(lastMark);
        try {
            RequestLog log = server.logRequests() ? new RequestLog(id, chosen.name()) : null;
            new Transmission(transport, chosen, agreement, server.memory(), server.failures(), counters, gate, fence,
                            waits, log)
                    .run();
            transport.finish();
        } finally {
            CommandTotals totals = CommandTotals.of(counters);
            LOG.info("connection {} ends: requests={} errors={} readBytes={} writtenBytes={}", id, totals.operations(),
                    totals.errors(), totals.bytes(Command.READ), totals.bytes(Command.WRITE));
        }
    }

    /** Names the reason why the connection is going to end: whether it is the first. */
    private boolean endsBy(ServerEvent reason) {
        boolean first = endedBy.compareAndSet(null, reason);
        if (first) {
            server.events().count(reason);
        }
        return first;
    }

    /** Ends the connection if its peer keeps it for nothing. By the one thread that looks. */
    void look(long nowNanos) {
        if (export == null || endedBy.get() != null) {
            return;
        }
        TransportProgress progress = socket.progress();
        PeerWatch.Verdict verdict = watch.judge(
                new PeerWatch.Look(progress.receiving(), gate.waiting(), fence.inProgress(), progress.sending(),
                        progress.receivedBytes(), progress.sentBytes()),
                nowNanos);
        String found = switch (verdict) {
            case FINE -> null;
            case IDLE -> "has sent no request";
            case SENDS_NOTHING -> "has sent nothing in the middle of a request";
            case TAKES_NOTHING -> "has taken no reply";
        };
        if (found != null) {
            boolean idle = verdict == PeerWatch.Verdict.IDLE;
            try {
                if (endsBy(idle ? ServerEvent.IDLE_TIMED_OUT : ServerEvent.STALL_TIMED_OUT)) {
                    LOG.info("connection {} from {} {} for {} and is closed", id, transport.peer().text(), found,
                            idle ? times.idle() : times.stall());
                }
            } finally {
                abort();
            }
        }
    }

    /** Where the peer is, as far as the system knows it: an IP address, a user of this machine, or another machine. */
    String address() {
        return socket.peer().client();
    }

    /** Whether the transmission phase has begun. */
    boolean transmitting() {
        return export != null;
    }

    ConnectionStatus status() {
        Peer peer = transport.peer();
        ServedExport used = export;
        CommandTotals totals = CommandTotals.of(counters);
        return new ConnectionStatus(
                id,
                peer.text(),
                peer.client(),
                used == null ? null : used.name(),
                peer.encrypted(),
                since,
                totals.operations(),
                totals.errors(),
                totals.bytes(Command.READ),
                totals.bytes(Command.WRITE),
                used == null ? 0 : inFlight());
    }

    private long inFlight() {
        return fence.waiting() + (socket.progress().receiving() ? 0 : 1);
    }

    long id() {
        return id;
    }

    String peer() {
        return transport.peer().text();
    }

    /** The export in use, null before the transmission phase. */
    ServedExport export() {
        return export;
    }

    ConnectionCounters counters() {
        return counters;
    }

    @Override
    public String client() {
        return transport.peer().client();
    }

    @Override
    public boolean permittedBy(PeerRules rules) {
        return rules.permit(transport.peer());
    }

    @Override
    public boolean peerGone() {
        return socket.peerGone();
    }

    @Override
    public void fence() {
        if (endsBy(ServerEvent.FENCED)) {
            LOG.info("connection {} from {} is cut off, as its client has come back", id, transport.peer().text());
        }
        abort();
    }

    @Override
    public boolean silent() {
        return socket.silentMillis() >= SILENT_MILLIS;
    }

    @Override
    public void beginProbe() {
        socket.beginProbe();
    }

    @Override
    public void endProbe() {
        socket.endProbe();
    }

    @Override
    public BooleanSupplier mark() {
        ReceivedMark mark = new ReceivedMark(socket, fence);
        lastMark = mark;
        hasten(mark);
        return mark;
    }

    /**
     * Lets what had come by the time of a mark pass all limits: somebody waits for it. Each side sets its own before it
     * reads the other's, so a throttle that is made meanwhile knows of the mark.
     */
    private void hasten(ReceivedMark mark) {
        Throttle waiting = throttle;
        if (waiting != null && mark != null) {
            waiting.hasten(mark::outstanding);
        }
    }

    /** As with {@link #hasten}, waits that begin meanwhile are cancelled too. */
    private void cancelWaits() {
        ending = true;
        Waits waiting = waits;
        if (waiting != null) {
            waiting.cancel();
        }
    }

    @Override
    public void drain() {
        cancelWaits();
        try {
            gate.drain();
        } catch (IOException e) {
            LOG.debug("connection {}: {}", id, e.toString());
        }
    }

    @Override
    public void abort() {
        // First, so that whoever is woken by the rest finds it closed.
        fence.close();
        cancelWaits();
        try {
            transport.close();
        } catch (IOException e) {
            LOG.debug("connection {}: {}", id, e.toString());
        }
    }
}
