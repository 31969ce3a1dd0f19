package dev.ashlar.cli;

import dev.ashlar.raid.SyncAction;
import picocli.CommandLine.Command;

/** {@code ashlar repair}: a scrub that makes agree what does not. */
@Command(name = "repair", description = "As check, and makes parity and copies agree with the "
        + "data; exit code 1 if anything did not agree before.")
final class RepairCommand extends ScrubVerb {
    RepairCommand() {
        super(SyncAction.REPAIR);
    }
}
