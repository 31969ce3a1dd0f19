package dev.ashlar.cli;

import dev.ashlar.cli.control.RunDirectory;
import dev.ashlar.cli.serve.ConfigFile;
import dev.ashlar.cli.serve.Daemon;
import dev.ashlar.cli.serve.ServeConfig;
import dev.ashlar.cli.serve.ServeConfig.ArraySource;
import dev.ashlar.cli.serve.ServerSetting;
import dev.ashlar.raid.OpenOptions;
import java.io.IOException;
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

    @Option(names = "--json", description = "Print the URIs as one line of JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        LogSetup.daemon();
        Daemon daemon = new Daemon(RunDirectory.of(System.getenv()), config == null ? null : this::config);
        if (config != null) {
            Hangup.reloads(daemon);
        }
        return Serving.untilStopped(daemon, config(), uris -> printUris(uris, json));
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
