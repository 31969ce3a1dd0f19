package dev.ashlar.nbd.transmission;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.nbd.protocol.Command;
import dev.ashlar.nbd.protocol.Flag;
import java.io.IOException;

/**
 * TRIM and WRITE_ZEROES, which may be of any length, in slices: between two of them others get on that wait for this
 * connection to end, or for the rate.
 *
 * <p>Invariants: whether a zeroing is fast is asked once, for all of it and before anything is changed; no later answer ends it
 * halfway. Slices end where the device's best requests do, so that no stripe is written in two parts that is not cut by the
 * request itself. A request with FUA is answered when all of its slices are durable.
 */
final class RangeChanges {
    /** Where storage is only freed. */
    private static final long FREED_BYTES = 1L << 30;

    /** Where zeroes may have to be written: less than a second on slow disks. */
    private static final long WRITTEN_BYTES = 16L << 20;

    private final Session session;
    private final BlockDevice device;
    private final long optimalBytes;

    RangeChanges(Session session) {
        this.session = session;
        this.device = session.device;
        this.optimalBytes = device.optimalIoBytes();
    }

    /** Serves a validated request of at least one byte. */
    void serve(Request request) throws IOException {
        long at = request.offsetBytes();
        long end = at + request.lengthBytes();
        if (request.has(Flag.CMD_FAST_ZERO) && !fast(request, at, request.lengthBytes())) {
            session.refuse(request, Refusal.NOT_FAST);
            return;
        }
        boolean fua = request.has(Flag.CMD_FUA);
        boolean divided = false;
        while (at < end) {
            boolean free = free(request, at, end);
            long length = slice(at, end, free ? FREED_BYTES : WRITTEN_BYTES);
            if (session.fence.isClosed() || !free && !session.admitBytes(length)) {
                session.refuse(request, Refusal.SHUTDOWN);
                return;
            }
            divided |= length < request.lengthBytes();
            Throwable failure = change(request, at, length, fua && !divided);
            if (failure == null && fua && divided && at + length == end) {
                failure = flush();
            }
            if (failure != null) {
                session.fail(request, failure);
                return;
            }
            at += length;
        }
        session.succeed(request);
    }

    /** Whether what comes next costs nothing that is limited. Not asked where it does not matter, as asking takes time. */
    private boolean free(Request request, long at, long end) {
        if (request.type() == Command.TRIM) {
            return true;
        }
        boolean matters = session.limited() || end - at > WRITTEN_BYTES;
        return matters && fast(request, at, slice(at, end, FREED_BYTES));
    }

    private boolean fast(Request request, long at, long length) {
        try {
            return device.zeroesFast(at, length, !request.has(Flag.CMD_NO_HOLE));
        } catch (RuntimeException _) {
            // What is wrong will be told by the change itself.
            return false;
        }
    }

    private long slice(long at, long end, long mostBytes) {
        if (end - at <= mostBytes) {
            return end - at;
        }
        long lastBoundary = (at + mostBytes) / optimalBytes * optimalBytes;
        long nextBoundary = (at / optimalBytes + 1) * optimalBytes;
        return Math.min(end, Math.max(lastBoundary, nextBoundary)) - at;
    }

    /** What the device threw, or null. */
    private Throwable change(Request request, long at, long length, boolean fua) {
        Fence.Lane lane = session.fence.connection();
        try {
            lane.begin();
            try {
                if (request.type() == Command.TRIM) {
                    device.trim(at, length, fua);
                } else {
                    device.writeZeroes(at, length, !request.has(Flag.CMD_NO_HOLE), fua);
                }
                return null;
            } finally {
                lane.end();
            }
        } catch (Throwable t) {
            return t;
        }
    }

    private Throwable flush() {
        try {
            device.flush();
            return null;
        } catch (Throwable t) {
            return t;
        }
    }
}
