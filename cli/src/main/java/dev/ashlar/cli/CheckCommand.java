package dev.ashlar.cli;

import dev.ashlar.raid.SyncAction;
import picocli.CommandLine.Command;

/** {@code ashlar check}: a scrub that counts what does not agree. */
@Command(name = "check", description = "Reads the whole array and counts what does not agree; exit code 1 if anything.")
final class CheckCommand extends ScrubVerb {
    CheckCommand() {
        super(SyncAction.CHECK);
    }
}
