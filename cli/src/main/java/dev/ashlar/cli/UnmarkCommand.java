package dev.ashlar.cli;

import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.show.ArrayPicture;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code ashlar unmark}: forgets a mark. */
@Command(name = "unmark", description = "Forgets a mark: clients that use it get errors, others no such context.")
final class UnmarkCommand extends ServedVerb {
    @Parameters(index = "1", paramLabel = "NAME", description = "The name it was set by.")
    private String name;

    @Override
    public Integer call() throws IOException {
        ArrayPicture picture = daemon().unmark(name);
        print("forgot mark " + name + " of " + picture.status().name(), picture);
        return ExitCode.OK;
    }
}
