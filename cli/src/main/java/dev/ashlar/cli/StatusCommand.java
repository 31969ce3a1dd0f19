package dev.ashlar.cli;

import dev.ashlar.cli.control.ControlClient;
import dev.ashlar.cli.control.Endpoint;
import dev.ashlar.cli.control.RunDirectory;
import dev.ashlar.cli.members.ArrayFinder;
import dev.ashlar.cli.members.ArrayTarget;
import dev.ashlar.cli.members.StoppedArray;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.result.Failures;
import dev.ashlar.cli.show.ArrayPicture;
import dev.ashlar.cli.show.PictureJson;
import dev.ashlar.cli.show.StatusTable;
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

    @Override
    public Integer call() throws IOException {
        RunDirectory run = RunDirectory.of(System.getenv());
        List<ArrayPicture> shown = array == null ? served(run) : List.of(one(run));
        if (json) {
            printJson(Map.of("arrays", shown.stream().map(PictureJson::writeFlat).toList()));
        } else if (shown.isEmpty()) {
            out().println("no array is served");
        } else {
            shown.forEach(item -> out().print(StatusTable.of(item)));
        }
        return shown.stream().mapToInt(item -> StatusCode.of(item.status())).max().orElse(ExitCode.OK);
    }

    private ArrayPicture one(RunDirectory run) throws IOException {
        return switch (new ArrayFinder(run, scanDirectory).find(array)) {
            case ArrayTarget.Served(var daemon) -> daemon.picture();
            case ArrayTarget.Stopped(var found) -> ArrayPicture.notServed(StoppedArray.look(found.paths()));
        };
    }

    /** A daemon that does not answer must not hide the others. */
    private List<ArrayPicture> served(RunDirectory run) throws IOException {
        List<ArrayPicture> shown = new ArrayList<>();
        for (Endpoint endpoint : run.endpoints()) {
            try {
                shown.add(new ControlClient(endpoint).picture());
            } catch (IOException e) {
                err().println("ashlar status: " + Failures.sentence(e));
            }
        }
        return shown;
    }
}
