package dev.ashlar.nbd.server;

import dev.ashlar.nbd.export.ServedExport;
import dev.ashlar.nbd.metrics.OpenMetricsWriter;
import dev.ashlar.nbd.transmission.BufferPool;
import dev.ashlar.nbd.transmission.CommandTotals;
import java.io.IOException;
import java.util.List;

/**
 * What a server tells to monitoring. Requests count without knowing of it; all the work is done when it is asked. All
 * methods may be called from any thread.
 */
public final class ServerMetrics {
    /** What an HTTP response with {@link #writeOpenMetrics} says it is. */
    public static final String MEDIA_TYPE = OpenMetricsWriter.MEDIA_TYPE;

    private final ServerState server;

    ServerMetrics(ServerState server) {
        this.server = server;
    }

    /** Writes the metrics of this moment in the text format of OpenMetrics 1.0, the end mark included. */
    public void writeOpenMetrics(Appendable out) throws IOException {
        OpenMetricsWriter writer = new OpenMetricsWriter(out);
        ServerState.Traffic traffic = server.traffic();
        connections(writer, traffic);
        memory(writer);
        new RequestMetrics("ashlar_nbd_export", "of an export", exports(traffic)).write(writer);
        new RequestMetrics("ashlar_nbd_connection", "of a connection", connections(traffic)).write(writer);
        writer.end();
    }

    private static List<RequestMetrics.Source> exports(ServerState.Traffic traffic) {
        return traffic.exports().entrySet().stream()
                .map(entry -> source(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static RequestMetrics.Source source(ServedExport export, CommandTotals totals) {
        return new RequestMetrics.Source(totals, "export", export.name());
    }

    private static List<RequestMetrics.Source> connections(ServerState.Traffic traffic) {
        return traffic.connections().entrySet().stream()
                .filter(entry -> entry.getKey().export() != null)
                .map(entry -> new RequestMetrics.Source(
                        entry.getValue(),
                        "connection", Long.toString(entry.getKey().id()),
                        "peer", entry.getKey().peer(),
                        "export", entry.getKey().export().name()))
                .toList();
    }

    private void connections(OpenMetricsWriter writer, ServerState.Traffic traffic) throws IOException {
        long transmitting = traffic.connections().keySet().stream().filter(Connection::transmitting).count();
        writer.family("ashlar_nbd_connections", "gauge", "", "Connections of this moment, by the phase they are in.");
        writer.sample("", transmitting, "phase", "transmission");
        writer.sample("", traffic.connections().size() - transmitting, "phase", "handshake");
        counter(writer, "ashlar_nbd_accepted_connections", "Connections accepted, refused ones included.",
                ServerEvent.ACCEPTED);
        writer.family("ashlar_nbd_refused_connections", "counter", "", "Connections closed at once, by the limit.");
        total(writer, "limit", "connections", ServerEvent.REFUSED_BY_LIMIT);
        total(writer, "limit", "connections_per_address", ServerEvent.REFUSED_BY_ADDRESS_LIMIT);
        writer.family("ashlar_nbd_timed_out_connections", "counter", "", "Connections cut off, by the time limit.");
        total(writer, "limit", "handshake", ServerEvent.HANDSHAKE_TIMED_OUT);
        total(writer, "limit", "idle", ServerEvent.IDLE_TIMED_OUT);
        total(writer, "limit", "stall", ServerEvent.STALL_TIMED_OUT);
        counter(writer, "ashlar_nbd_failed_handshakes", "Connections that ended before they had chosen an export.",
                ServerEvent.HANDSHAKE_FAILED);
        counter(writer, "ashlar_nbd_fenced_connections", "Connections fenced because their client came back.",
                ServerEvent.FENCED);
    }

    private void memory(OpenMetricsWriter writer) throws IOException {
        BufferPool payloads = server.memory().payloads();
        BufferPool largePayloads = server.memory().largePayloads();
        BufferPool rings = server.memory().rings();
        writer.family("ashlar_nbd_in_flight_bytes", "gauge", "bytes", "Memory that payloads in flight hold.");
        writer.sample("", payloads.inUseBytes() + largePayloads.inUseBytes() + rings.inUseBytes());
        writer.family("ashlar_nbd_buffer_memory_bytes", "gauge", "bytes", "Memory for buffers, by use and state.");
        pool(writer, "connections", server.memory().buffers());
        pool(writer, "payloads", payloads);
        pool(writer, "large_payloads", largePayloads);
        pool(writer, "writes", rings);
    }

    private static void pool(OpenMetricsWriter writer, String name, BufferPool pool) throws IOException {
        writer.sample("", pool.inUseBytes(), "pool", name, "state", "used");
        writer.sample("", pool.idleBytes(), "pool", name, "state", "idle");
    }

    private void counter(OpenMetricsWriter writer, String name, String help, ServerEvent event) throws IOException {
        writer.family(name, "counter", "", help);
        writer.sample("_total", server.events().total(event));
    }

    private void total(OpenMetricsWriter writer, String label, String value, ServerEvent event) throws IOException {
        writer.sample("_total", server.events().total(event), label, value);
    }
}
