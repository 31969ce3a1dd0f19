package dev.ashlar.nbd.export;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * What a connection waits for before it may use an export: that nothing which its client sent over other connections
 * lands after what it is going to send over this one.
 *
 * <p>Connections that the client has left are fenced and have to leave the export, which they do when their last call
 * into the device has returned. The others may be alive, or dead without our knowing: what had come by them when they
 * were first looked at has to end, and nothing more, so that a busy one does not hold up the next of the same client.
 *
 * <p>One object per attempt, used by one thread.
 */
final class Takeover {
    private final Map<ExportUser, BooleanSupplier> marks = new IdentityHashMap<>();

    /**
     * Looks again.
     *
     * @param others the connections of the same client that use the export now
     * @return whether there is nothing to wait for
     */
    boolean settled(List<ExportUser> others) {
        boolean settled = true;
        for (ExportUser other : others) {
            if (other.peerGone()) {
                other.fence();
                settled = false;
            } else {
                settled &= marks.computeIfAbsent(other, ExportUser::mark).getAsBoolean();
            }
        }
        return settled;
    }
}
