package dev.ashlar.cli;

import dev.ashlar.cli.members.ArrayTarget;
import dev.ashlar.cli.members.FoundArray;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.show.Patterns;
import dev.ashlar.raid.ArrayRefusedException;
import dev.ashlar.raid.ArrayStatus;
import dev.ashlar.raid.MemberState;
import dev.ashlar.raid.array.RaidArray;
import java.io.IOException;
import picocli.CommandLine.Command;

/** {@code ashlar remove}: detaches a faulty member or a spare. */
@Command(name = "remove", description = "Detaches a faulty member or a spare.")
final class RemoveCommand extends MemberVerb {
    private boolean wasOut;

    @Override
    public Integer call() throws IOException, InterruptedException {
        String member = member().toString();
        ArrayStatus status =
                switch (target()) {
                    case ArrayTarget.Served(var daemon) -> daemon.remove(member);
                    case ArrayTarget.Stopped(var array) -> open(array, array.paths(), open -> remove(array, open));
                };
        String done = wasOut
                ? member + " is out of " + status.name() + " already"
                : "removed " + member + " from " + status.name();
        print(done + " [" + Patterns.roles(status) + "]", status);
        return ExitCode.OK;
    }

    /** A member that was failed or fell behind is not attached again when a stopped array is opened. */
    private ArrayStatus remove(FoundArray found, RaidArray array) throws IOException {
        String member = member().toString();
        if (array.status().members().stream()
                .anyMatch(other -> other.name().equals(member) && other.state() == MemberState.STALE)) {
            wasOut = true;
            return array.status();
        }
        try {
            array.removeMember(member);
        } catch (ArrayRefusedException e) {
            boolean attached = array.status().members().stream()
                    .anyMatch(other -> other.name().equals(member) && other.state() != MemberState.STALE
                            && other.state() != MemberState.FAULTY);
            if (attached || !found.paths().contains(member())) {
                throw e;
            }
            wasOut = true;
        }
        return array.status();
    }
}
