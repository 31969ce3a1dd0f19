package dev.ashlar.nbd.export;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.MetaContext;
import dev.ashlar.nbd.PeerRules;
import dev.ashlar.nbd.protocol.Flag;
import dev.ashlar.nbd.protocol.ReplyStyle;
import dev.ashlar.nbd.throttle.RateLimiter;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An export and the connections that use it.
 *
 * <p>Invariant: once {@link #close} has returned, no connection enters any more, so when {@link #awaitUnused} then says
 * true, no thread of the server is or will be inside the device.
 */
public final class ServedExport {
    private static final Logger LOG = LoggerFactory.getLogger(ServedExport.class);
    private static final long LOOK_MILLIS = 1;

    private final Duration entryPatience;
    private volatile Export export;
    private volatile RateLimiter limiter;
    private final long sizeBytes;
    private final BlockSizes blockSizes;
    private final MetaContext allocation;
    private final Set<ExportUser> users = new LinkedHashSet<>();
    private boolean closed;

    /** @param entryPatience how long {@link #enter} waits for earlier connections of the same client */
    ServedExport(Export export, Duration entryPatience) {
        this.export = export;
        this.entryPatience = entryPatience;
        this.limiter = RateLimiter.of(export.rates(), System::nanoTime);
        this.sizeBytes = export.device().sizeBytes();
        this.blockSizes = BlockSizes.SERVED;
        this.allocation = new AllocationContext(export.device());
    }

    /**
     * Serves the same device to new clients as {@code changed} says. Those that are here go on as they came, but whom the
     * new rules do not let in is asked to end.
     */
    void change(Export changed) {
        List<ExportUser> unwanted;
        synchronized (this) {
            if (!changed.rates().equals(export.rates())) {
                limiter = RateLimiter.of(changed.rates(), System::nanoTime);
            }
            export = changed;
            unwanted = users.stream().filter(user -> !user.permittedBy(changed.rules())).toList();
        }
        unwanted.forEach(ExportUser::drain);
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

    /** What keeps its clients within their rates, null for nothing. */
    public RateLimiter limiter() {
        return limiter;
    }

    /** What BLOCK_STATUS can tell just now: {@code base:allocation}, then what the export adds. */
    public List<MetaContext> contexts() {
        return Stream.concat(Stream.of(allocation), export.contexts().get().stream()).toList();
    }

    /**
     * The transmission flags. Flush reaches the one device behind all connections, so CAN_MULTI_CONN is always true.
     *
     * @param style what was agreed on: DF means nothing without chunks
     * @param anyContexts whether BLOCK_STATUS may be used
     */
    public int transmissionFlags(ReplyStyle style, boolean anyContexts) {
        int flags = Flag.HAS_FLAGS | Flag.SEND_FLUSH | Flag.SEND_FUA | Flag.CAN_MULTI_CONN | Flag.SEND_CACHE;
        flags |= readOnly() ? Flag.READ_ONLY : Flag.SEND_TRIM | Flag.SEND_WRITE_ZEROES | Flag.SEND_FAST_ZERO;
        flags |= export.rotational() ? Flag.ROTATIONAL : 0;
        flags |= style.chunks() ? Flag.SEND_DF : 0;
        return style == ReplyStyle.EXTENDED && anyContexts ? flags | Flag.BLOCK_STATUS_PAYLOAD : flags;
    }

    /**
     * Takes {@code user} in, after what its client has sent over other connections has been dealt with as {@link
     * Takeover} says. Waits for that as long as the server's limits allow.
     */
    public synchronized Entry enter(ExportUser user) {
        long deadline = System.nanoTime() + entryPatience.toNanos();
        Takeover takeover = new Takeover();
        while (!closed) {
            List<ExportUser> others = users.stream()
                    .filter(other -> other.client().equals(user.client()))
                    .toList();
            if (!user.permittedBy(export.rules())) {
                // They have changed since it was let in.
                return Entry.REMOVED;
            }
            if (takeover.settled(others)) {
                users.add(user);
                return Entry.ENTERED;
            }
            if (System.nanoTime() - deadline >= 0 || user.peerGone() || !pause()) {
                LOG.warn("export '{}': client {} is refused, as an earlier request of it has not ended", name(),
                        user.client());
                return Entry.BUSY;
            }
        }
        return Entry.REMOVED;
    }

    /** Waits until somebody leaves, or for the moment after which it is worth looking again: false if interrupted. */
    private boolean pause() {
        try {
            wait(LOOK_MILLIS);
            return true;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
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
            notifyAll();
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
