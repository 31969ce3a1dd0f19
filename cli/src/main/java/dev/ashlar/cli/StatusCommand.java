package dev.ashlar.cli;

import dev.ashlar.cli.control.ControlClient;
import dev.ashlar.cli.control.Endpoint;
import dev.ashlar.cli.control.RunDirectory;
import dev.ashlar.cli.members.ArrayFinder;
import dev.ashlar.cli.members.ArrayTarget;
import dev.ashlar.cli.members.StoppedArray;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.result.Failures;
import dev.ashlar.cli.show.StatusJson;
import dev.ashlar.cli.show.StatusTable;
import dev.ashlar.raid.ArrayStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ashlar status}: all served arrays, or one array, as a table like {@code /proc/mdstat}. */
@Command(name = "status", description = "Shows all served arrays, or one array, with what runs and how far it is.")
final class StatusCommand extends Verb {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "ARRAY",
            description = "Name of an array, or path of any member; all that are served by default.")
    private String array;

    @Option(
            names = "--scan",
            paramLabel = "DIR",
            defaultValue = ".",
            description = "Where to look for members of a stopped array; the current directory by default.")
    private Path scanDirectory;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    private record Shown(ArrayStatus status, List<String> uris) {
        Map<String, Object> toJson() {
            Map<String, Object> map = StatusJson.write(status);
            map.put("uris", uris);
            return map;
        }
    }

    @Override
    public Integer call() throws IOException {
        RunDirectory run = RunDirectory.of(System.getenv());
        List<Shown> shown = array == null ? served(run) : List.of(one(run));
        if (json) {
            printJson(Map.of("arrays", shown.stream().map(Shown::toJson).toList()));
        } else if (shown.isEmpty()) {
            out().println("no array is served");
        } else {
            shown.forEach(item -> out().print(StatusTable.of(item.status(), item.uris())));
        }
        return shown.stream().mapToInt(item -> StatusCode.of(item.status())).max().orElse(ExitCode.OK);
    }

    private Shown one(RunDirectory run) throws IOException {
        return switch (new ArrayFinder(run, scanDirectory).find(array)) {
            case ArrayTarget.Served(var daemon) -> new Shown(daemon.status(), daemon.uris());
            case ArrayTarget.Stopped(var found) -> new Shown(StoppedArray.look(found.paths()), List.of());
        };
    }

    /** A daemon that does not answer must not hide the others. */
    private List<Shown> served(RunDirectory run) throws IOException {
        List<Shown> shown = new ArrayList<>();
        for (Endpoint endpoint : run.endpoints()) {
            try {
                shown.add(new Shown(new ControlClient(endpoint).status(), endpoint.uris()));
            } catch (IOException e) {
                err().println("ashlar status: " + Failures.sentence(e));
            }
        }
        return shown;
    }
}
