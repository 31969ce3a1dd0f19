package dev.ashlar.cli;

import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.raid.ArrayState;
import dev.ashlar.raid.ArrayStatus;

/** What a look at an array ends with. */
final class StatusCode {
    private StatusCode() {}

    /** {@link ExitCode#DEGRADED} when something is missing, else {@link ExitCode#OK}. */
    static int of(ArrayStatus status) {
        return status.degradedDisks() > 0 || status.state() == ArrayState.FAILED ? ExitCode.DEGRADED : ExitCode.OK;
    }
}
