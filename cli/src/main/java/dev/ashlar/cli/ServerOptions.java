package dev.ashlar.cli;

import dev.ashlar.cli.serve.HostPort;
import dev.ashlar.cli.serve.Listening;
import dev.ashlar.cli.serve.ServerSetting;
import dev.ashlar.cli.serve.TlsChoice;
import dev.ashlar.cli.serve.TlsMode;
import dev.ashlar.raid.parity.ParityImplementation;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The flags of {@code ashlar serve} about its server as a whole; the keys of {@code [server]} are named like them. */
final class ServerOptions {
    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            description = "TCP address, port 0 for a free one; may be given several times. 127.0.0.1:10809 when no "
                    + "address at all is given and none is passed by socket activation.")
    private List<String> listens = List.of();

    @Option(names = "--unix", paramLabel = "PATH", description = "Unix socket; may be given several times.")
    private List<Path> sockets = List.of();

    @Option(
            names = "--vsock",
            arity = "0..1",
            fallbackValue = "10809",
            preprocessor = AttachedOnly.class,
            paramLabel = "PORT",
            description = "vsock port for virtual machines, 10809 by default; may be given several times.")
    private List<String> vsocks = List.of();

    @Option(
            names = "--unix-mode",
            paramLabel = "MODE",
            description = "Permissions of the Unix sockets, such as 0660; what the umask leaves by default.")
    private String unixMode;

    @Option(
            names = "--tls",
            paramLabel = "MODE",
            description = "off, on (for who asks, and exports with tls = true) or require; require by default when "
                    + "--tls-certificates or --tls-psk is given, else off.")
    private String tls;

    @Option(
            names = "--tls-certificates",
            paramLabel = "DIR",
            description = "Where server-cert.pem and server-key.pem lie, and ca-cert.pem to know clients by.")
    private Path tlsCertificates;

    @Option(
            names = "--tls-verify-peer",
            description = "Turn away clients without a certificate that ca-cert.pem signed.")
    private Boolean tlsVerifyPeer;

    @Option(names = "--tls-psk", paramLabel = "FILE", description = "Pre-shared keys, as GnuTLS's psktool writes them.")
    private Path tlsPsk;

    @Mixin
    private LimitOptions limits = new LimitOptions();

    @Option(
            names = "--metrics",
            paramLabel = "[HOST:]PORT",
            description = "Answer GET /metrics over HTTP there, in OpenMetrics text; on 127.0.0.1 by default.")
    private String metrics;

    @Option(names = "--description", paramLabel = "TEXT", description = "What clients are told of exports without a "
            + "description of their own.")
    private String description;

    @Option(
            names = "--parity",
            paramLabel = "NAME",
            description = "How parity is computed: auto, scalar, java, vector128, vector256, vector512 or isal; 'ashlar "
                    + "parity' shows what there is.")
    private String parity;

    @Option(
            names = "--cow-directory",
            paramLabel = "DIR",
            description = "Where the changes of exports with cow are kept; where temporary files are by default.")
    private Path cowDirectory;

    @Option(
            names = "--log-requests",
            description = "Log every request with its range, error and time, a line each; slows clients down.")
    private Boolean logRequests;

    /** @throws IllegalArgumentException if a value is wrong */
    ServerSetting setting() {
        return new ServerSetting(
                new Listening(
                        listens.stream().map(HostPort::parse).toList(),
                        sockets,
                        vsocks.stream().map(Listening::parseVsock).toList(),
                        unixMode == null ? null : Listening.parseMode(unixMode)),
                new TlsChoice(tls == null ? null : TlsMode.parse(tls), tlsCertificates, tlsVerifyPeer, tlsPsk),
                limits.choice(),
                metrics == null ? null : HostPort.parseLocal(metrics),
                description,
                parity == null ? null : ParityImplementation.parse(parity),
                cowDirectory,
                logRequests);
    }
}
