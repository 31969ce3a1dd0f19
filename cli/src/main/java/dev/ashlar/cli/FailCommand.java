package dev.ashlar.cli;

import dev.ashlar.cli.members.ArrayTarget;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.show.Patterns;
import dev.ashlar.raid.ArrayStatus;
import java.io.IOException;
import picocli.CommandLine.Command;

/** {@code ashlar fail}: declares a member faulty. */
@Command(name = "fail", description = "Declares a member faulty; a spare takes its place at once.")
final class FailCommand extends MemberVerb {
    @Override
    public Integer call() throws IOException, InterruptedException {
        String member = member().toString();
        ArrayStatus status =
                switch (target()) {
                    case ArrayTarget.Served(var daemon) -> daemon.fail(member);
                    case ArrayTarget.Stopped(var array) ->
                        open(array, array.paths(), open -> {
                            open.failMember(member);
                            return open.status();
                        });
                };
        print("failed " + member + " in " + status.name() + " [" + Patterns.roles(status) + "]", status);
        return ExitCode.OK;
    }
}
