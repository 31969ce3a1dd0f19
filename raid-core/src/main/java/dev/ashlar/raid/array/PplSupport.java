package dev.ashlar.raid.array;

import dev.ashlar.raid.engine.Engine;
import dev.ashlar.raid.engine.RoleTable;

/** Replays partial parity logs. */
final class PplSupport {
    private PplSupport() {}

    static boolean replayIfNeeded(ArrayCore core, RoleTable table, Engine engine, boolean dirty) {
        return false;
    }
}
