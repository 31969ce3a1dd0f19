package dev.ashlar.cli;

import dev.ashlar.cli.members.ArrayTarget;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.raid.ArrayStatus;
import java.io.IOException;
import picocli.CommandLine.Command;

/** {@code ashlar stop}: ends the export of a served array and stops it. */
@Command(name = "stop", description = "Ends the export of an array: clients drained, superblocks clean.")
final class StopCommand extends ArrayVerb {
    @Override
    public Integer call() throws IOException {
        switch (target()) {
            case ArrayTarget.Served(var daemon) -> {
                ArrayStatus status = daemon.stop();
                out().println("stopped " + status.name());
            }
            case ArrayTarget.Stopped(var array) -> out().println(array.name() + " is not served");
        }
        return ExitCode.OK;
    }
}
