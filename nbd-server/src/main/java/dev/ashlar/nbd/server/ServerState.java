package dev.ashlar.nbd.server;

import dev.ashlar.nbd.ServerLimits;
import dev.ashlar.nbd.export.ExportRegistry;
import dev.ashlar.nbd.tls.TlsServer;
import dev.ashlar.nbd.transmission.BufferPool;
import dev.ashlar.nbd.transmission.FailureLog;
import dev.ashlar.nbd.transmission.Transmission;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** What all connections of a server share. All methods may be called from any thread. */
final class ServerState {
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    /** Eight connections' worth: clients come and go in groups. */
    private static final long MAX_IDLE_BUFFER_BYTES = 8L * Transmission.BUFFER_BYTES;

    private final ServerLimits limits;
    private final ExportRegistry exports = new ExportRegistry();
    private final BufferPool buffers;
    private final BufferPool payloads;
    private final FailureLog failures = new FailureLog(System::nanoTime);
    private final ScheduledThreadPoolExecutor timer;
    private final Set<Connection> connections = new LinkedHashSet<>();
    private volatile TlsServer tls;
    private volatile boolean stopping;
    private volatile int connectionCount;
    private long lastId;

    ServerState(ServerLimits limits) {
        this.limits = limits;
        this.buffers = new BufferPool(
                (long) limits.maxConnections() * Transmission.BUFFER_BYTES, MAX_IDLE_BUFFER_BYTES, 0);
        this.payloads = new BufferPool(limits.payloadMemoryBytes(), ServerLimits.MAX_REQUEST_BYTES,
                limits.payloadWait().toNanos());
        this.timer = new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().name("nbd-timer").factory());
        timer.setRemoveOnCancelPolicy(true);
    }

    ServerLimits limits() {
        return limits;
    }

    ExportRegistry exports() {
        return exports;
    }

    /** Memory that connections hold as long as they last; enough for as many as there may be. */
    BufferPool buffers() {
        return buffers;
    }

    /** Memory that requests hold. */
    BufferPool payloads() {
        return payloads;
    }

    FailureLog failures() {
        return failures;
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

    /** Takes a connection in: false when there are enough of them, or the server is stopping. */
    synchronized boolean begun(Connection connection) {
        boolean taken = !stopping && connections.size() < limits.maxConnections() && connections.add(connection);
        connectionCount = connections.size();
        return taken;
    }

    synchronized void ended(Connection connection) {
        connections.remove(connection);
        connectionCount = connections.size();
        notifyAll();
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
