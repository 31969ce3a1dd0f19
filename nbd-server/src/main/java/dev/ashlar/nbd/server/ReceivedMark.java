package dev.ashlar.nbd.server;

import dev.ashlar.nbd.transmission.Fence;
import dev.ashlar.nbd.transport.SocketTransport;
import dev.ashlar.nbd.transport.TransportProgress;
import java.util.function.BooleanSupplier;

/**
 * Whether everything has ended that had come from a client by the time this was made. A TCP client may be dead although
 * its connection looks alive, so what waits in the system counts as well; that of a Unix client would not, as such a
 * client's end is known at once.
 */
final class ReceivedMark implements BooleanSupplier {
    private final TransportProgress progress;
    private final Fence fence;
    private final long arrivedBytes;
    private BooleanSupplier changes;

    ReceivedMark(SocketTransport socket, Fence fence) {
        this.progress = socket.progress();
        this.fence = fence;
        this.arrivedBytes = socket.arrivedBytes();
    }

    @Override
    public boolean getAsBoolean() {
        if (changes == null) {
            // Once the connection has come back for more, its requests have begun, or been handed on, or ended.
            if (outstanding()) {
                return false;
            }
            changes = fence.mark();
        }
        return changes.getAsBoolean();
    }

    /** Whether something that had come has not been begun yet. From any thread. */
    boolean outstanding() {
        return progress.processedBytes() < arrivedBytes;
    }
}
