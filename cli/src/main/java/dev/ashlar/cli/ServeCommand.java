package dev.ashlar.cli;

import dev.ashlar.cli.control.RunDirectory;
import dev.ashlar.cli.serve.ConfigFile;
import dev.ashlar.cli.serve.Daemon;
import dev.ashlar.cli.serve.Listening;
import dev.ashlar.cli.serve.ServeConfig;
import dev.ashlar.cli.serve.ServeConfig.ArraySource;
import dev.ashlar.cli.serve.ServerSetting;
import dev.ashlar.raid.OpenOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ashlar serve}: opens arrays and exports them until SIGTERM. */
@Command(
        name = "serve",
        description = "Serves arrays over NBD in the foreground; prints their URIs when ready. SIGTERM stops clean. "
                + "SIGHUP and \"ashlar reload\" read the configuration file again. Flags win over it; addresses of both are used.")
final class ServeCommand extends Verb {
    @Option(names = "--config", paramLabel = "FILE", description = "TOML with [server], [[array]] and [[export]].")
    private Path config;

    @Mixin
    private ServerOptions server = new ServerOptions();

    @Option(
            names = "--read-only",
            description = "Write nothing to any member; opens dirty, degraded and stale arrays wherever data is "
                    + "readable.")
    private boolean readOnly;

    @Option(names = "--force", description = "Start dirty degraded arrays, or with stale members, at your own risk.")
    private boolean force;

    @Option(names = "--run", description = "Start although members are absent that may have been running alone.")
    private boolean runAlone;

    @Parameters(arity = "0..*", paramLabel = "MEMBER", description = "Members of one array or of several.")
    private List<Path> members = List.of();

    @Option(
            names = "--captive",
            paramLabel = "COMMAND",
            description = "Run this by the shell, with the URI in $uri and $ASHLAR_URI, stop clean when it ends, and exit "
                    + "with its exit code. Without any address at a private Unix socket.")
    private String captive;

    @Option(
            names = "--exit-with-last-client",
            description = "Stop clean when clients have come and the last of them has left.")
    private boolean exitWithLastClient;

    @Option(names = "--json", description = "Print the URIs as one line of JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        LogSetup.daemon();
        Daemon daemon = new Daemon(RunDirectory.of(System.getenv()), config == null ? null : this::config);
        if (config != null) {
            Hangup.reloads(daemon);
        }
        if (exitWithLastClient) {
            daemon.endWithLastClient();
        }
        return captive == null
                ? Serving.untilStopped(daemon, config(), uris -> printUris(uris, json))
                : serveCaptive(daemon);
    }

    private int serveCaptive(Daemon daemon) throws IOException, InterruptedException {
        ServeConfig wanted = config();
        if (!wanted.server().listening().isEmpty() || System.getenv("LISTEN_FDS") != null) {
            return Serving.whileRuns(new Captive(captive), daemon, wanted);
        }
        Path directory = Captive.directory();
        try {
            Listening socket = new Listening(List.of(), List.of(directory.resolve("s")), null);
            ServerSetting server = ServerSetting.at(socket).orElse(wanted.server());
            ServeConfig captured = new ServeConfig(server, wanted.arrays(), wanted.exports());
            return Serving.whileRuns(new Captive(captive), daemon, captured);
        } finally {
            Files.deleteIfExists(directory);
        }
    }

    private ServeConfig config() throws IOException {
        ServerSetting setting = flags();
        List<ArraySource> arrays = new ArrayList<>();
        List<ServeConfig.ArrayExport> exports = new ArrayList<>();
        if (config != null) {
            ServeConfig file = ConfigFile.read(config);
            setting = setting.orElse(file.server());
            arrays.addAll(file.arrays());
            exports.addAll(file.exports());
        }
        if (!members.isEmpty()) {
            arrays.add(new ArraySource(members, new OpenOptions(readOnly, force, runAlone)));
        }
        if (arrays.isEmpty()) {
            throw usage("nothing to serve: neither members nor a configuration with [[array]] are given");
        }
        return new ServeConfig(setting, arrays, exports);
    }

    private ServerSetting flags() {
        try {
            return server.setting();
        } catch (IllegalArgumentException e) {
            throw usage(e.getMessage());
        }
    }
}
