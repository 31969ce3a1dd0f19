package dev.ashlar.cli;

import dev.ashlar.cli.members.ArrayTarget;
import dev.ashlar.cli.members.StoppedArray;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.show.Patterns;
import dev.ashlar.raid.ArrayStatus;
import dev.ashlar.raid.OpenOptions;
import java.io.IOException;
import picocli.CommandLine.Command;

/** {@code ashlar remove}: detaches a faulty member or a spare. */
@Command(name = "remove", description = "Detaches a faulty member or a spare.")
final class RemoveCommand extends MemberVerb {
    @Override
    public Integer call() throws IOException, InterruptedException {
        String member = member().toString();
        ArrayStatus status =
                switch (target()) {
                    case ArrayTarget.Served(var daemon) -> daemon.remove(member);
                    case ArrayTarget.Stopped(var array) ->
                        StoppedArray.open(array.paths(), OpenOptions.WRITABLE, open -> {
                            open.removeMember(member);
                            return open.status();
                        });
                };
        out().println("removed " + member + " from " + status.name() + " [" + Patterns.roles(status) + "]");
        return ExitCode.OK;
    }
}
