package dev.ashlar.cli.demo;

import dev.ashlar.cli.control.ControlClient;
import dev.ashlar.cli.control.RunDirectory;
import dev.ashlar.cli.members.ArrayFinder;
import dev.ashlar.cli.members.ArrayTarget;
import dev.ashlar.cli.result.CommandFailure;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.show.ProgressLine;
import dev.ashlar.cli.show.Terminal;
import dev.ashlar.raid.ArrayStatus;
import dev.ashlar.raid.SyncProgress;
import java.io.IOException;
import java.nio.file.Path;

/** Follows the rebuild of a served array: a bar on a terminal, a line now and then elsewhere. */
final class Rebuild implements AutoCloseable {
    private static final long INTERVAL_MILLIS = 100;
    private static final double LINE_EVERY = 0.25;
    private static final long STALL_MILLIS = 120_000;

    private final ControlClient daemon;
    private final Transcript say;
    private final Terminal terminal;
    private double nextLine;

    Rebuild(String array, Transcript say, Terminal terminal) throws IOException {
        if (!(new ArrayFinder(RunDirectory.of(System.getenv()), Path.of(".")).find(array)
                instanceof ArrayTarget.Served(var served))) {
            throw new CommandFailure(ExitCode.IO_ERROR, array + " is not served any more");
        }
        this.daemon = served;
        this.say = say;
        this.terminal = terminal;
    }

    /** Returns when no role is without an in-sync member. */
    void follow() throws IOException, InterruptedException {
        long lastDoneBytes = -1;
        long quietMillis = 0;
        for (ArrayStatus status = daemon.status(); status.degradedDisks() > 0; status = daemon.status()) {
            show(status.progress());
            quietMillis = status.progress().doneBytes() == lastDoneBytes ? quietMillis + INTERVAL_MILLIS : 0;
            lastDoneBytes = status.progress().doneBytes();
            say.require(quietMillis < STALL_MILLIS, "the rebuild does not move: done=" + lastDoneBytes);
            Thread.sleep(INTERVAL_MILLIS);
        }
    }

    private void show(SyncProgress progress) {
        String line = ProgressLine.of(progress);
        if (terminal.present()) {
            terminal.draw(line);
        } else if (progress.fraction() >= nextLine) {
            say.line(line);
            nextLine = progress.fraction() + LINE_EVERY;
        }
    }

    @Override
    public void close() {
        terminal.clear();
    }
}
