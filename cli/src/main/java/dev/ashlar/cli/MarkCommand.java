package dev.ashlar.cli;

import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.show.ArrayPicture;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code ashlar mark}: remembers what changes from now on. */
@Command(
        name = "mark",
        description = "Remembers what changes of a served array from now on, for clients to ask as "
                + "x-ashlar:dirty-since:NAME. A mark of this name begins anew. Marks end with the daemon.")
final class MarkCommand extends ServedVerb {
    @Parameters(
            index = "1",
            paramLabel = "NAME",
            description = "1 to 64 letters, digits, dots, underscores and hyphens, the first a letter or digit.")
    private String name;

    @Override
    public Integer call() throws IOException {
        ArrayPicture picture = daemon().mark(name);
        print("marked " + picture.status().name() + ": x-ashlar:dirty-since:" + name, picture);
        return ExitCode.OK;
    }
}
