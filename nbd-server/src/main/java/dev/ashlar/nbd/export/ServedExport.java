package dev.ashlar.nbd.export;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.PeerRules;
import dev.ashlar.nbd.protocol.Flag;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * An export and the connections that use it.
 *
 * <p>Invariant: once {@link #close} has returned, no connection enters any more, so when {@link #awaitUnused} then says
 * true, no thread of the server is or will be inside the device.
 */
public final class ServedExport {
    private final Export export;
    private final long sizeBytes;
    private final BlockSizes blockSizes;
    private final Set<ExportUser> users = new LinkedHashSet<>();
    private boolean closed;

    ServedExport(Export export) {
        this.export = export;
        this.sizeBytes = export.device().sizeBytes();
        this.blockSizes = BlockSizes.SERVED;
    }

    /** The export's own name, which a client may have reached by the empty one. */
    public String name() {
        return export.name();
    }

    /** A line for people, "" for none. */
    public String description() {
        return export.description();
    }

    /** What is served. */
    public BlockDevice device() {
        return export.device();
    }

    /** Who may open it. */
    public PeerRules rules() {
        return export.rules();
    }

    /** The size that clients are told. */
    public long sizeBytes() {
        return sizeBytes;
    }

    /** Whether changes are refused. */
    public boolean readOnly() {
        return export.readOnly();
    }

    /** The constraints that clients are told. */
    public BlockSizes blockSizes() {
        return blockSizes;
    }

    /**
     * The transmission flags. Flush reaches the one device behind all connections, so CAN_MULTI_CONN is always true; a
     * read is one chunk, so DF is always honoured where it exists at all, beside structured replies.
     */
    public int transmissionFlags(boolean structuredReplies) {
        int flags = Flag.HAS_FLAGS | Flag.SEND_FLUSH | Flag.SEND_FUA | Flag.CAN_MULTI_CONN;
        flags |= readOnly() ? Flag.READ_ONLY : Flag.SEND_TRIM | Flag.SEND_WRITE_ZEROES;
        return structuredReplies ? flags | Flag.SEND_DF : flags;
    }

    /** Takes {@code user} in, unless the export has been closed. */
    public synchronized boolean enter(ExportUser user) {
        return !closed && users.add(user);
    }

    /** Lets {@code user} go; it must not touch the device any more. */
    public synchronized void leave(ExportUser user) {
        users.remove(user);
        notifyAll();
    }

    /** Refuses new users from now on and asks the present ones to end. */
    public void close() {
        List<ExportUser> present;
        synchronized (this) {
            closed = true;
            present = List.copyOf(users);
        }
        present.forEach(ExportUser::drain);
    }

    /** Cuts off whoever still uses the export. */
    public void abortUsers() {
        List<ExportUser> present;
        synchronized (this) {
            present = List.copyOf(users);
        }
        present.forEach(ExportUser::abort);
    }

    /** Waits until nobody uses the export, at most until {@link System#nanoTime} is {@code deadlineNanos}. */
    public synchronized boolean awaitUnused(long deadlineNanos) throws InterruptedException {
        while (!users.isEmpty()) {
            long left = deadlineNanos - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return true;
    }
}
