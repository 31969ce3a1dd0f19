package dev.ashlar.cli;

import dev.ashlar.cli.members.ArrayTarget;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.show.Patterns;
import dev.ashlar.cli.show.Terminal;
import dev.ashlar.raid.ArrayStatus;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ashlar add}: attaches a device, which is rebuilt when a role is empty. */
@Command(name = "add", description = "Attaches a device: back into its old role where that is exact, else as a spare.")
final class AddCommand extends MemberVerb {
    @Option(names = "--force", description = "Overwrite a superblock or file system that the device carries.")
    private boolean force;

    @Option(names = "--wait", description = "On a served array, follow the rebuild to its end.")
    private boolean wait;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path member = member();
        switch (target()) {
            case ArrayTarget.Served(var daemon) -> {
                String message = daemon.add(member.toString(), force);
                if (wait) {
                    return finish(message, Follow.of(Terminal.of(err()), daemon));
                }
                print(message, daemon.status());
            }
            case ArrayTarget.Stopped(_) when Launcher.startedSmall() -> {
                return Launcher.runComputing(arguments());
            }
            case ArrayTarget.Stopped(var array) -> {
                var paths = array.paths().stream().filter(path -> !path.equals(member)).toList();
                return open(array, paths, open ->
                        finish(open.addMember(member, force), Follow.of(Terminal.of(err()), open)));
            }
        }
        return ExitCode.OK;
    }

    private int finish(String message, Follow follow) throws IOException, InterruptedException {
        if (!json()) {
            out().println(message);
            out().flush();
        }
        ArrayStatus status = follow.untilIdle();
        print(json() ? message : status.name() + " [" + Patterns.roles(status) + "]", status);
        return StatusCode.of(status);
    }
}
