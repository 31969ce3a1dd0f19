package dev.ashlar.cli.serve;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.block.OverlayDevice;
import dev.ashlar.cli.export.ExportSetting;
import dev.ashlar.cli.result.CommandFailure;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.serve.ServeConfig.ArrayExport;
import dev.ashlar.cli.show.ArrayPicture.Client;
import dev.ashlar.nbd.ConnectionStatus;
import dev.ashlar.nbd.Endpoint;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.MetaContext;
import dev.ashlar.nbd.ServerLimits;
import dev.ashlar.nbd.TlsPolicy;
import dev.ashlar.nbd.TlsSettings;
import dev.ashlar.nbd.TlsSetupException;
import dev.ashlar.nbd.server.NbdServer;
import dev.ashlar.nbd.server.ServerMetrics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A daemon's NBD server, as its settings want it. All methods may be called from any thread. */
final class ConfiguredServer {
    private static final Logger LOG = LoggerFactory.getLogger(ConfiguredServer.class);

    private volatile ServerSetting setting;
    private final TlsSettings tls;
    private volatile ServerLimits limits;
    private final NbdServer server;
    private final List<Uris> addresses = new CopyOnWriteArrayList<>();
    private volatile MetricsEndpoint metrics;

    /**
     * A server that does not listen yet.
     *
     * @throws IOException if the settings contradict each other, or name files that will not do
     */
    ConfiguredServer(ServerSetting setting) throws IOException {
        this.setting = setting;
        this.tls = setting.tls().settings();
        this.limits = setting.limits().limits();
        this.server = new NbdServer(limits);
        server.logRequests(logRequests());
        if (tls != null) {
            try {
                server.useTls(tls);
            } catch (TlsSetupException e) {
                throw new CommandFailure(ExitCode.USAGE, e.getMessage());
            }
        }
    }

    /** What is done whenever clients have come and the last of them has left. To be said before it listens. */
    void whenClientsHaveLeft(Runnable action) {
        server.whenClientsHaveLeft(action);
    }

    /**
     * Listens at every address that was named or passed on by a service manager, or at the default one. A socket that
     * was passed is the one of an address that is also named.
     */
    void listen() throws IOException {
        List<Endpoint> passed = server.listenInherited();
        passed.forEach(endpoint -> addresses.add(Uris.of(endpoint)));
        Listening listening = setting.listening().without(passed);
        for (HostPort listen : listening.listens()) {
            listen(listen);
        }
        for (Path socket : listening.sockets()) {
            if (listening.unixMode() == null) {
                server.listenUnix(socket);
            } else {
                server.listenUnix(socket, listening.unixMode());
            }
            addresses.add(Uris.unix(socket));
        }
        for (int port : listening.vsocks()) {
            addresses.add(Uris.of(new Endpoint.Vsock(server.listenVsock(port))));
        }
        if (addresses.isEmpty()) {
            listen(Listening.DEFAULT);
        }
        if (setting.metrics() != null) {
            metrics = MetricsEndpoint.start(
                    setting.metrics(), ServerMetrics.MEDIA_TYPE, server.metrics()::writeOpenMetrics);
            LOG.info("metrics at http://{}/metrics", Endpoint.text(metrics.address()));
        }
    }

    private void listen(HostPort listen) throws IOException {
        int port = server.listenTcp(listen.host(), listen.port()).getPort();
        addresses.add(Uris.tcp(new HostPort(listen.host(), port)));
    }

    /**
     * Serves a device from now on.
     *
     * @param defaultDescription what clients are told where nobody said anything
     * @param contexts what BLOCK_STATUS can tell beside the allocation
     */
    void add(
            ExportSetting wanted, BlockDevice device, String defaultDescription, Supplier<List<MetaContext>> contexts)
            throws CommandFailure {
        requireReachable(wanted);
        try {
            server.addExport(export(wanted, device, defaultDescription, contexts));
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, e.getMessage());
        }
    }

    /** Serves an export that is there as {@code wanted} says; the rest as in {@link #add}. */
    void change(
            ExportSetting wanted, BlockDevice device, String defaultDescription, Supplier<List<MetaContext>> contexts)
            throws CommandFailure {
        requireReachable(wanted);
        try {
            server.changeExport(export(wanted, device, defaultDescription, contexts));
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, e.getMessage());
        }
    }

    private Export export(
            ExportSetting wanted, BlockDevice device, String defaultDescription, Supplier<List<MetaContext>> contexts) {
        String description = wanted.description().isEmpty() ? setting.description() : wanted.description();
        Export export = new Export(
                        wanted.name(),
                        description == null ? defaultDescription : description,
                        device,
                        wanted.readOnly())
                .withContexts(contexts)
                .withRules(wanted.rules())
                .withRates(wanted.rates())
                .withRotational(wanted.rotational())
                .withTakeover(wanted.takeover());
        Path directory = cowDirectory();
        return wanted.cow() ? export.withPrivateView(below -> OverlayDevice.open(below, directory)) : export;
    }

    private boolean logRequests() {
        return Boolean.TRUE.equals(setting.logRequests());
    }

    private Path cowDirectory() {
        Path named = setting.cowDirectory();
        return named == null ? Path.of(System.getProperty("java.io.tmpdir")) : named;
    }

    /**
     * Holds new connections to the limits of {@code changed}, logs their requests if it says so, and takes its description
     * for exports without one.
     */
    void change(ServerSetting changed) {
        setting = new ServerSetting(
                setting.listening(), setting.tls(), changed.limits(), setting.metrics(), changed.description(),
                setting.parity(), setting.cowDirectory(), changed.logRequests());
        server.logRequests(logRequests());
        limits = changed.limits().limits();
        server.changeLimits(limits);
    }

    /** An export that nobody could ever open is a mistake that should be seen at once, and where it was said. */
    void requireReachable(ArrayExport wanted) throws CommandFailure {
        try {
            requireReachable(wanted.setting());
        } catch (CommandFailure e) {
            throw new CommandFailure(e.exitCode(), wanted.where() + e.getMessage());
        }
    }

    private void requireReachable(ExportSetting wanted) throws CommandFailure {
        if (wanted.rules().requireTls() && tls == null) {
            throw new CommandFailure(ExitCode.USAGE, "export '" + wanted.name()
                    + "' is for encrypted connections, and this server does no TLS: "
                    + (setting.tls().mode() == TlsMode.OFF ? "tls is off" : "tls-certificates or tls-psk is missing"));
        }
        if (!wanted.rules().identities().isEmpty() && tls.trustAnchors() == null && tls.pskKeys() == null) {
            throw new CommandFailure(ExitCode.USAGE, "export '" + wanted.name()
                    + "' asks for identities, and there is neither tls-psk nor ca-cert.pem in tls-certificates to know"
                    + " any by");
        }
        if (wanted.cow() && !(Files.isDirectory(cowDirectory()) && Files.isWritable(cowDirectory()))) {
            throw new CommandFailure(ExitCode.USAGE, "export '" + wanted.name() + "' keeps changes of its clients in "
                    + cowDirectory() + ", which is no directory that can be written: name one with cow-directory");
        }
    }

    /** Ends an export that is there; whether no request is in the device any more. */
    boolean remove(String name) throws InterruptedException {
        return server.removeExport(name);
    }

    /** Where an export is found. */
    List<String> uris(ExportSetting export) {
        boolean encrypted = tls != null && tls.policy() == TlsPolicy.REQUIRED || export.rules().requireTls();
        return addresses.stream().map(address -> address.of(export.name(), encrypted)).toList();
    }

    /** Who uses exports of these names. */
    List<Client> clients(List<String> exports) {
        return server.connections().stream()
                .filter(connection -> connection.export() != null && exports.contains(connection.export()))
                .map(ConfiguredServer::client)
                .toList();
    }

    private static Client client(ConnectionStatus connection) {
        return new Client(
                connection.id(),
                connection.peer(),
                identity(connection.client()),
                connection.export(),
                connection.encrypted(),
                Duration.between(connection.since(), Instant.now()).toSeconds(),
                connection.requests(),
                connection.errors(),
                connection.readBytes(),
                connection.writtenBytes(),
                connection.inFlight());
    }

    /** Who a client is beside where it comes from, of {@link dev.ashlar.nbd.Peer#client}. */
    private static String identity(String client) {
        return client.indexOf('=') >= 0 ? client : "";
    }

    /** Where metrics are told, null for nowhere. */
    InetSocketAddress metricsAddress() {
        return metrics == null ? null : metrics.address();
    }

    /** Lets requests in flight end, then closes everything. */
    void shutdown() throws InterruptedException {
        server.shutdown(limits.times().drain());
        if (metrics != null) {
            metrics.close();
        }
    }
}
