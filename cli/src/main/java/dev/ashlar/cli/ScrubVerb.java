package dev.ashlar.cli;

import dev.ashlar.cli.control.ControlClient;
import dev.ashlar.cli.members.ArrayTarget;
import dev.ashlar.cli.members.FoundArray;
import dev.ashlar.cli.result.CommandFailure;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.show.Terminal;
import dev.ashlar.raid.ArrayStatus;
import dev.ashlar.raid.SyncAction;
import dev.ashlar.raid.array.RaidArray;
import java.io.IOException;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Reads a whole array and compares: on a served array in the daemon, on a stopped one here. */
abstract class ScrubVerb extends OpeningVerb {
    private final SyncAction action;

    @Option(names = "--no-wait", description = "On a served array, start it and leave.")
    private boolean noWait;

    ScrubVerb(SyncAction action) {
        this.action = action;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        return switch (target()) {
            case ArrayTarget.Served(var daemon) -> served(daemon);
            case ArrayTarget.Stopped(var array) -> stopped(array);
        };
    }

    private int served(ControlClient daemon) throws IOException, InterruptedException {
        ArrayStatus started = daemon.request(action);
        if (noWait) {
            print(action.word() + " of " + started.name() + " started", started);
            return ExitCode.OK;
        }
        try {
            return finish(Follow.of(Terminal.of(err()), daemon));
        } catch (CommandFailure e) {
            throw new CommandFailure(e.exitCode(), action.word() + " ended: " + e.getMessage());
        }
    }

    /** A resync that is due comes first: a check of what is known not to agree would only count it. */
    private int stopped(FoundArray array) throws IOException, InterruptedException {
        if (Launcher.startedSmall()) {
            return Launcher.runComputing(arguments());
        }
        return open(array, array.paths(), this::scrub);
    }

    private int scrub(RaidArray array) throws IOException, InterruptedException {
        Follow follow = Follow.of(Terminal.of(err()), array);
        follow.untilIdle();
        array.requestAction(action);
        return finish(follow);
    }

    private int finish(Follow follow) throws IOException, InterruptedException {
        ArrayStatus status = follow.untilIdle();
        long mismatches = status.mismatchSectors();
        Optional<String> notCompared = notCompared(status);
        print(action.word() + " of " + status.name() + " done: " + result(mismatches), status);
        if (!json()) {
            notCompared.ifPresent(out()::println);
        }
        return mismatches > 0 || notCompared.isPresent() ? ExitCode.DEGRADED : StatusCode.of(status);
    }

    /** "No mismatches" is no proof where not everything could be read. */
    private static Optional<String> notCompared(ArrayStatus status) {
        return status.warnings().stream().filter(warning -> warning.startsWith("The last check could not")).findFirst();
    }

    private String result(long mismatches) {
        if (mismatches == 0) {
            return "no mismatches";
        }
        return mismatches + " sectors did not agree" + (action == SyncAction.REPAIR ? " and were made to agree" : "");
    }
}
