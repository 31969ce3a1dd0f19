package dev.ashlar.cli.show;

import dev.ashlar.raid.ArrayState;
import dev.ashlar.raid.ArrayStatus;
import dev.ashlar.raid.SyncAction;

/** How an array is, in the words of {@code mdadm --detail}: {@code clean, degraded, recovering}. */
final class StateWords {
    private StateWords() {}

    static String of(ArrayStatus status) {
        StringBuilder state = new StringBuilder(status.state().word());
        // What is active is dirty as a matter of course.
        if (status.dirty() && status.state() != ArrayState.ACTIVE) {
            state.append(", dirty");
        }
        if (status.degradedDisks() > 0) {
            state.append(", degraded");
        }
        if (status.progress().action() != SyncAction.IDLE) {
            state.append(", ").append(status.progress().action().word()).append("ing");
        }
        return state.toString();
    }
}
