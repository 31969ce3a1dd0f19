package dev.ashlar.cli;

import dev.ashlar.cli.show.ProgressLine;
import dev.ashlar.cli.show.Terminal;
import dev.ashlar.raid.ArrayStatus;
import dev.ashlar.raid.SyncAction;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;

/** Follows a background pass to its end, with a bar on a terminal. */
final class Follow {
    private static final long INTERVAL_MILLIS = 200;

    private final Terminal terminal;
    private final Source source;

    /** Where the status comes from: memory, or a daemon. */
    @FunctionalInterface
    interface Source {
        ArrayStatus status() throws IOException;
    }

    Follow(Terminal terminal, Source source) {
        this.terminal = terminal;
        this.source = source;
    }

    /** Waits until none of the actions runs; the status then. */
    ArrayStatus untilDone(SyncAction first, SyncAction... more) throws IOException, InterruptedException {
        Set<SyncAction> actions = EnumSet.of(first, more);
        ArrayStatus status = source.status();
        try {
            while (actions.contains(status.progress().action())) {
                terminal.draw(ProgressLine.of(status.progress()));
                Thread.sleep(INTERVAL_MILLIS);
                status = source.status();
            }
        } finally {
            terminal.clear();
        }
        return status;
    }
}
