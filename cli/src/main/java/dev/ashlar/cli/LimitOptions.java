package dev.ashlar.cli;

import dev.ashlar.cli.serve.LimitChoice;
import dev.ashlar.cli.serve.TcpChoice;
import dev.ashlar.cli.serve.TimeChoice;
import java.time.Duration;
import picocli.CommandLine.Option;

/** The flags of {@code ashlar serve} about the bounds of its server; the keys of {@code [server]} are named like them. */
final class LimitOptions {
    @Option(names = "--max-connections", paramLabel = "N", description = "Connections at a time; more are closed.")
    private Integer maxConnections;

    @Option(
            names = "--max-connections-per-address",
            paramLabel = "N",
            description = "Of those, from one IP address, or over Unix sockets by one user.")
    private Integer maxConnectionsPerAddress;

    @Option(
            names = "--payload-memory",
            paramLabel = "SIZE",
            converter = SizeConverter.class,
            description = "Memory for payloads in flight, at least 128M.")
    private Long payloadMemory;

    @Option(
            names = "--payload-wait",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description = "How long a READ that must be answered in one piece waits for such memory.")
    private Duration payloadWait;

    @Option(
            names = "--handshake-timeout",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description = "Time from connecting to the use of an export, such as 10s.")
    private Duration handshake;

    @Option(
            names = "--takeover-timeout",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description = "How long a client that comes back waits for what it has left behind, before it is refused.")
    private Duration takeover;

    @Option(
            names = "--idle-timeout",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description = "Close clients that ask for nothing this long, 0s never.")
    private Duration idle;

    @Option(
            names = "--stall-timeout",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description = "Close clients that leave a message half sent or an answer unread this long, 0s never.")
    private Duration stall;

    @Option(
            names = "--drain-timeout",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description = "How long requests in flight get to end when an export or the daemon is stopped.")
    private Duration drain;

    @Option(
            names = "--keepalive-idle",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description = "Silence after which a TCP client is asked whether it is still there.")
    private Duration keepaliveIdle;

    @Option(
            names = "--keepalive-interval",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description = "Time between one such question and the next.")
    private Duration keepaliveInterval;

    @Option(
            names = "--keepalive-count",
            paramLabel = "N",
            description = "Questions without an answer that end the connection.")
    private Integer keepaliveCount;

    @Option(
            names = "--tcp-user-timeout",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description = "How long a TCP client may leave bytes unacknowledged, 0s for the system's own rule.")
    private Duration userTimeout;

    @Option(
            names = "--rate",
            paramLabel = "SIZE",
            converter = SizeConverter.class,
            description = "Bytes per second of all clients together, such as 100M.")
    private Long rate;

    @Option(
            names = "--iops",
            paramLabel = "N",
            converter = SizeConverter.class,
            description = "Requests per second of all clients together.")
    private Long iops;

    /** @throws IllegalArgumentException if a value is wrong */
    LimitChoice choice() {
        return new LimitChoice(
                maxConnections,
                maxConnectionsPerAddress,
                payloadMemory,
                payloadWait,
                new TimeChoice(handshake, takeover, idle, stall, drain),
                new TcpChoice(keepaliveIdle, keepaliveInterval, keepaliveCount, userTimeout),
                rate,
                iops);
    }
}
