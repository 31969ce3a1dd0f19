package dev.ashlar.cli;

import dev.ashlar.cli.control.ControlClient;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.show.ArrayPicture;
import dev.ashlar.cli.show.Printable;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ashlar unexport}: ends one export of an array that goes on. */
@Command(
        name = "unexport",
        description = "Ends one export of an array: its clients get answers to what they have sent and are closed. The "
                + "array and its other exports go on.")
final class UnexportCommand extends ServedVerb {
    @Option(names = "--name", required = true, paramLabel = "NAME", description = "The name of the export.")
    private String name;

    @Override
    public Integer call() throws IOException {
        ControlClient daemon = daemon();
        ArrayPicture picture = Patience.call(err(), "waiting for what clients of " + Printable.name(name)
                + " have sent to end", () -> daemon.unexport(name));
        print("ended export " + Printable.name(name) + " of " + picture.status().name(), picture);
        return ExitCode.OK;
    }
}
