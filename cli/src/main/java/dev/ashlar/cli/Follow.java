package dev.ashlar.cli;

import dev.ashlar.cli.control.ControlClient;
import dev.ashlar.cli.control.Progress;
import dev.ashlar.cli.show.ProgressLine;
import dev.ashlar.cli.show.Terminal;
import dev.ashlar.raid.ArrayStatus;
import dev.ashlar.raid.SyncAction;
import dev.ashlar.raid.array.RaidArray;
import java.io.IOException;
import java.time.Duration;

/** Follows an array's background passes to their end, with a bar on a terminal. */
final class Follow {
    private static final Duration INTERVAL = Duration.ofMillis(200);
    private static final String HELD_UP = "The background pass is held up";

    private final Terminal terminal;
    private final Source source;

    /** Asks again after a while, sooner when there is nothing more to wait for. */
    @FunctionalInterface
    interface Source {
        /** The next look. */
        Progress next() throws IOException, InterruptedException;
    }

    Follow(Terminal terminal, Source source) {
        this.terminal = terminal;
        this.source = source;
    }

    /** An array that is open in this process. */
    static Follow of(Terminal terminal, RaidArray array) {
        return new Follow(terminal, () -> {
            boolean idle = array.awaitIdle(INTERVAL);
            return new Progress(array.status(), idle);
        });
    }

    /** A served array. */
    static Follow of(Terminal terminal, ControlClient daemon) {
        return new Follow(terminal, () -> {
            Progress progress = daemon.progress();
            if (!progress.idle()) {
                Thread.sleep(INTERVAL);
            }
            return progress;
        });
    }

    /** Waits until no pass runs or is due; the status then. What keeps a pass from going on is said, once. */
    ArrayStatus untilIdle() throws IOException, InterruptedException {
        String said = "";
        try {
            Progress progress = source.next();
            while (!progress.idle()) {
                ArrayStatus status = progress.status();
                String heldUp = heldUp(status);
                if (!heldUp.isEmpty() && !heldUp.equals(said)) {
                    terminal.say(status.name() + ": " + heldUp);
                    said = heldUp;
                }
                if (status.progress().action() != SyncAction.IDLE) {
                    terminal.draw(ProgressLine.of(status.progress()));
                }
                progress = source.next();
            }
            return progress.status();
        } finally {
            terminal.clear();
        }
    }

    private static String heldUp(ArrayStatus status) {
        return status.warnings().stream().filter(warning -> warning.startsWith(HELD_UP)).findFirst().orElse("");
    }
}
