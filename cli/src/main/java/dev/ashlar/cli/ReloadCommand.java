package dev.ashlar.cli;

import dev.ashlar.cli.control.ControlClient;
import dev.ashlar.cli.control.Endpoint;
import dev.ashlar.cli.control.Reloaded;
import dev.ashlar.cli.control.RunDirectory;
import dev.ashlar.cli.members.ArrayFinder;
import dev.ashlar.cli.members.ArrayTarget;
import dev.ashlar.cli.result.CommandFailure;
import dev.ashlar.cli.result.ExitCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ashlar reload}: has a daemon read its configuration again. */
@Command(
        name = "reload",
        description = "Has a daemon read its configuration file again, as SIGHUP does, and says what came of it. "
                + "Exports and limits change while clients go on; a file that is wrong changes nothing.")
final class ReloadCommand extends Verb {
    @Parameters(
            arity = "0..1",
            paramLabel = "ARRAY",
            description = "Name of an array of the daemon; needed if there are several daemons.")
    private String array;

    @Option(names = "--pid", paramLabel = "PID", description = "The process of the daemon.")
    private Long pid;

    @Option(names = "--json", description = "Print what came of it as JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        ControlClient daemon = daemon();
        Reloaded reloaded = Patience.call(err(), "waiting for clients of exports that end", daemon::reload);
        if (json) {
            printJson(Map.of("done", reloaded.done(), "left", reloaded.left()));
        } else {
            out().println(reloaded.sentence());
        }
        return ExitCode.OK;
    }

    private ControlClient daemon() throws IOException {
        RunDirectory run = RunDirectory.of(System.getenv());
        if (array != null) {
            return switch (new ArrayFinder(run, Path.of(".")).find(array)) {
                case ArrayTarget.Served(var daemon) -> daemon;
                case ArrayTarget.Stopped(var stopped) ->
                    throw new CommandFailure(ExitCode.USAGE, stopped.name() + " is not served");
            };
        }
        List<Endpoint> endpoints = run.endpoints();
        List<Endpoint> meant = endpoints.stream()
                .filter(endpoint -> pid == null || endpoint.pid() == pid)
                .toList();
        if (meant.isEmpty()) {
            throw new CommandFailure(ExitCode.USAGE, endpoints.isEmpty()
                    ? "no daemon serves anything"
                    : "no such daemon; these arrays are served: " + names(endpoints));
        }
        if (meant.stream().map(Endpoint::pid).distinct().count() > 1) {
            throw new CommandFailure(ExitCode.USAGE, "several daemons serve arrays, name one: " + names(meant));
        }
        return new ControlClient(meant.getFirst());
    }

    private static String names(List<Endpoint> endpoints) {
        return endpoints.stream().map(endpoint -> endpoint.name() + " (pid " + endpoint.pid() + ")")
                .collect(Collectors.joining(", "));
    }
}
