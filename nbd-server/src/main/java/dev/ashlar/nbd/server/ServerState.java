package dev.ashlar.nbd.server;

import dev.ashlar.nbd.ServerLimits;
import dev.ashlar.nbd.export.ExportRegistry;
import dev.ashlar.nbd.export.ServedExport;
import dev.ashlar.nbd.handshake.DenialLog;
import dev.ashlar.nbd.throttle.RateLimiter;
import dev.ashlar.nbd.tls.TlsServer;
import dev.ashlar.nbd.transmission.BufferPool;
import dev.ashlar.nbd.transmission.CommandTotals;
import dev.ashlar.nbd.transmission.FailureLog;
import dev.ashlar.nbd.transmission.Transmission;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What all connections of a server share. All methods may be called from any thread. */
final class ServerState {
    private static final Logger LOG = LoggerFactory.getLogger(ServerState.class);

    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    /** Eight connections' worth: clients come and go in groups. */
    private static final long MAX_IDLE_BUFFER_BYTES = 8L * Transmission.BUFFER_BYTES;

    private static final long MAX_IDLE_RING_BYTES = 2L * Transmission.STAGE_BYTES;

    private static final int LOOKS_PER_LIMIT = 4;
    private static final long LEAST_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long MOST_LOOK_NANOS = TimeUnit.SECONDS.toNanos(15);

    private volatile ServerLimits limits;
    private volatile RateLimiter limiter;
    private final ExportRegistry exports;
    private final Transmission.Memory memory;
    private final ServerEvents events = new ServerEvents();
    private final FailureLog failures = new FailureLog(System::nanoTime);
    private final DenialLog denials = new DenialLog(System::nanoTime);
    private final ScheduledThreadPoolExecutor timer;
    private final Set<Connection> connections = new LinkedHashSet<>();
    private final Map<String, Integer> perAddress = new HashMap<>();
    private final Map<ServedExport, CommandTotals> retired = new HashMap<>();
    private volatile Runnable clientsHaveLeft = () -> {};
    private boolean anyClient;
    private volatile TlsServer tls;
    private volatile boolean logRequests;
    private volatile boolean stopping;
    private volatile int connectionCount;
    private ScheduledFuture<?> watch;
    private long watchNanos = Long.MAX_VALUE;
    private long lastId;

    ServerState(ServerLimits limits) {
        this.limits = limits;
        this.limiter = RateLimiter.of(limits.rates(), System::nanoTime);
        this.exports = new ExportRegistry(limits.times().takeover());
        this.memory = new Transmission.Memory(
                // The number of connections is what bounds this, and it may be changed.
                new BufferPool(
                        (long) ServerLimits.MOST_CONNECTIONS * Transmission.BUFFER_BYTES, MAX_IDLE_BUFFER_BYTES, 0),
                new BufferPool(
                        limits.payloadMemoryBytes() / 4, MAX_IDLE_RING_BYTES, limits.payloadWait().toNanos()),
                new BufferPool(
                        limits.payloadMemoryBytes() / 2, limits.payloadMemoryBytes() / 4, MAX_IDLE_RING_BYTES,
                        limits.payloadWait().toNanos()),
                new BufferPool(limits.payloadMemoryBytes() / 4, MAX_IDLE_RING_BYTES, 0));
        this.timer = new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().name("nbd-timer").factory());
        timer.setRemoveOnCancelPolicy(true);
        watchPeers();
    }

    /**
     * Looks at every connection a few times per limit, so that requests need no clock of their own. Never less often than
     * before: there may be connections from the time of shorter limits.
     */
    private void watchPeers() {
        Stream.of(limits.times().idle(), limits.times().stall())
                .filter(Duration::isPositive)
                .min(Comparator.naturalOrder())
                .map(limit -> Math.clamp(limit.toNanos() / LOOKS_PER_LIMIT, LEAST_LOOK_NANOS, MOST_LOOK_NANOS))
                .filter(nanos -> nanos < watchNanos)
                .ifPresent(this::watchPeersEvery);
    }

    private void watchPeersEvery(long nanos) {
        if (watch != null) {
            watch.cancel(false);
        }
        watchNanos = nanos;
        watch = timer.scheduleWithFixedDelay(this::lookAtPeers, nanos, nanos, TimeUnit.NANOSECONDS);
    }

    /** Throws nothing: that would be the last look at anybody. */
    private void lookAtPeers() {
        for (Connection connection : connections()) {
            try {
                connection.look(System.nanoTime());
            } catch (Throwable t) {
                LOG.error("looking at connection {} failed by a defect of the server", connection.id(), t);
            }
        }
    }

    /** Other limits for connections that begin from now on. */
    synchronized void change(ServerLimits changed) {
        ServerLimits before = limits;
        limits = changed;
        if (!changed.rates().equals(before.rates())) {
            limiter = RateLimiter.of(changed.rates(), System::nanoTime);
        }
        if (!stopping && !changed.times().equals(before.times())) {
            watchPeers();
        }
    }

    ServerLimits limits() {
        return limits;
    }

    ExportRegistry exports() {
        return exports;
    }

    /** The memory of all connections. */
    Transmission.Memory memory() {
        return memory;
    }

    /** What keeps all clients together within their rates, null for nothing. */
    RateLimiter limiter() {
        return limiter;
    }

    ServerEvents events() {
        return events;
    }

    FailureLog failures() {
        return failures;
    }

    DenialLog denials() {
        return denials;
    }

    ScheduledExecutorService timer() {
        return timer;
    }

    /** How TLS is done, null for not at all. */
    TlsServer tls() {
        return tls;
    }

    void tls(TlsServer wanted) {
        tls = wanted;
    }

    /** Whether connections that begin log their requests. */
    boolean logRequests() {
        return logRequests;
    }

    void logRequests(boolean wanted) {
        logRequests = wanted;
    }

    boolean stopping() {
        return stopping;
    }

    /** Whether every connection can have a processor of its own, and something else can run too. */
    boolean processorsToSpare() {
        return connectionCount < PROCESSORS;
    }

    synchronized long nextId() {
        return ++lastId;
    }

    /** Takes a connection in: null, or why it is refused. */
    synchronized String begun(Connection connection) {
        events.count(ServerEvent.ACCEPTED);
        if (stopping) {
            return "the server is stopping";
        }
        if (connections.size() >= limits.maxConnections()) {
            events.count(ServerEvent.REFUSED_BY_LIMIT);
            return "there are max-connections=" + limits.maxConnections() + " already";
        }
        int ofAddress = perAddress.getOrDefault(connection.address(), 0);
        if (ofAddress >= limits.maxConnectionsPerAddress()) {
            events.count(ServerEvent.REFUSED_BY_ADDRESS_LIMIT);
            return "its address has max-connections-per-address=" + limits.maxConnectionsPerAddress() + " already";
        }
        connections.add(connection);
        perAddress.put(connection.address(), ofAddress + 1);
        connectionCount = connections.size();
        return null;
    }

    void whenClientsHaveLeft(Runnable action) {
        clientsHaveLeft = action;
    }

    /** Lets a connection go that has begun. What it has done stays counted as long as its export is served. */
    void ended(Connection connection) {
        if (forget(connection)) {
            clientsHaveLeft.run();
        }
    }

    /** Whether there has been a client, and there is none now. */
    private synchronized boolean forget(Connection connection) {
        connections.remove(connection);
        ServedExport used = connection.export();
        anyClient |= used != null;
        if (used != null && exports.all().contains(used)) {
            retired.computeIfAbsent(used, _ -> new CommandTotals()).add(connection.counters());
        }
        perAddress.computeIfPresent(connection.address(), (_, count) -> count == 1 ? null : count - 1);
        connectionCount = connections.size();
        notifyAll();
        return anyClient && connections.isEmpty();
    }

    /** Forgets what an export's connections have done; after its removal. */
    synchronized void forget(ServedExport export) {
        retired.remove(export);
    }

    /**
     * What has been done, at one moment.
     *
     * @param connections the present ones
     * @param exports the served ones, with what connections have done that are gone
     */
    record Traffic(Map<Connection, CommandTotals> connections, Map<ServedExport, CommandTotals> exports) {}

    synchronized Traffic traffic() {
        Map<Connection, CommandTotals> present = new LinkedHashMap<>();
        Map<ServedExport, CommandTotals> served = new LinkedHashMap<>();
        for (ServedExport export : exports.all()) {
            CommandTotals totals = new CommandTotals();
            CommandTotals earlier = retired.get(export);
            if (earlier != null) {
                totals.add(earlier);
            }
            served.put(export, totals);
        }
        for (Connection connection : connections) {
            CommandTotals totals = CommandTotals.of(connection.counters());
            present.put(connection, totals);
            CommandTotals ofExport = connection.export() == null ? null : served.get(connection.export());
            if (ofExport != null) {
                ofExport.add(totals);
            }
        }
        return new Traffic(present, served);
    }

    synchronized List<Connection> connections() {
        return List.copyOf(connections);
    }

    /** From now on no connection begins, and every option is answered ERR_SHUTDOWN. */
    synchronized void stop() {
        stopping = true;
    }

    /** Waits until no connection is left, at most until {@link System#nanoTime} is {@code deadlineNanos}. */
    synchronized boolean awaitNoConnections(long deadlineNanos) throws InterruptedException {
        while (!connections.isEmpty()) {
            long left = deadlineNanos - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return true;
    }
}
