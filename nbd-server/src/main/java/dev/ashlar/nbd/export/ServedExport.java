package dev.ashlar.nbd.export;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.MetaContext;
import dev.ashlar.nbd.PeerRules;
import dev.ashlar.nbd.TakeoverRule;
import dev.ashlar.nbd.protocol.Flag;
import dev.ashlar.nbd.protocol.ReplyStyle;
import dev.ashlar.nbd.throttle.RateLimiter;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
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
    private static final long LEAST_LOOK_MILLIS = 1;
    private static final long MOST_LOOK_MILLIS = 20;
    private static final int LOOKS = 8;

    /** Time for a probe, and two more should it be lost. */
    private static final long LIFE_PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(2500);

    private static final long WARNING_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Duration entryPatience;
    private volatile Export export;
    private volatile RateLimiter limiter;
    private final long sizeBytes;
    private final BlockSizes blockSizes;
    private final MetaContext allocation;
    private final DeviceUsers users;
    private final Set<ExportUser> before;
    private final AtomicLong nextWarning = new AtomicLong(System.nanoTime());
    private boolean closed;

    /**
     * @param users who uses the device
     * @param entryPatience how long {@link #enter} waits for earlier connections
     */
    ServedExport(Export export, DeviceUsers users, Duration entryPatience) {
        this.export = export;
        this.entryPatience = entryPatience;
        this.limiter = RateLimiter.of(export.rates(), System::nanoTime);
        this.sizeBytes = export.device().sizeBytes();
        this.blockSizes = BlockSizes.SERVED;
        this.allocation = new AllocationContext(export.device());
        this.users = users;
        this.before = users.open();
    }

    /**
     * Serves the same device to new clients as {@code changed} says. Those that are here go on as they came, but whom the
     * new rules do not let in is asked to end.
     */
    void change(Export changed) {
        List<ExportUser> unwanted;
        synchronized (users) {
            if (!changed.rates().equals(export.rates())) {
                limiter = RateLimiter.of(changed.rates(), System::nanoTime);
            }
            export = changed;
            unwanted = users.through(this).stream()
                    .filter(user -> !user.permittedBy(changed.rules()))
                    .toList();
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
    BlockDevice device() {
        return export.device();
    }

    /** Whether each connection has a device of its own over the one that is served. */
    boolean privateViews() {
        return export.view() != null;
    }

    /**
     * What one connection that has entered uses: the device that is served, or a view of it. {@link #closeDevice} follows.
     *
     * @throws IOException if there can be no view; the log says why
     */
    public BlockDevice openDevice() throws IOException {
        try {
            return privateViews() ? export.view().over(export.device()) : export.device();
        } catch (IOException e) {
            if (warningDue()) {
                LOG.warn("export '{}': a client is refused, as it can have no view: {}", name(), e.getMessage());
            }
            throw e;
        }
    }

    /** Ends what {@link #openDevice} gave. */
    public void closeDevice(BlockDevice used) throws IOException {
        if (used != export.device()) {
            used.close();
        }
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

    /** What BLOCK_STATUS can tell just now: {@code base:allocation}, then what the export adds about its device. */
    public List<MetaContext> contexts() {
        if (privateViews()) {
            return List.of(allocation);
        }
        return Stream.concat(Stream.of(allocation), export.contexts().get().stream()).toList();
    }

    /** Some of {@link #contexts}, as they are of what a connection uses. */
    public List<MetaContext> contextsOf(BlockDevice used, List<MetaContext> selected) {
        if (used == export.device()) {
            return selected;
        }
        return selected.stream().map(context -> context == allocation ? new AllocationContext(used) : context).toList();
    }

    /**
     * The transmission flags. Flush reaches the one device behind all connections, so CAN_MULTI_CONN is true wherever
     * there is one, and a client may have more than one connection.
     *
     * @param style what was agreed on: DF means nothing without chunks
     * @param anyContexts whether BLOCK_STATUS may be used
     */
    public int transmissionFlags(ReplyStyle style, boolean anyContexts) {
        int flags = Flag.HAS_FLAGS | Flag.SEND_FLUSH | Flag.SEND_FUA | Flag.SEND_CACHE;
        flags |= oneConnectionEach() || privateViews() ? 0 : Flag.CAN_MULTI_CONN;
        flags |= readOnly() ? Flag.READ_ONLY : Flag.SEND_TRIM | Flag.SEND_WRITE_ZEROES | Flag.SEND_FAST_ZERO;
        flags |= export.rotational() ? Flag.ROTATIONAL : 0;
        flags |= style.chunks() ? Flag.SEND_DF : 0;
        return style == ReplyStyle.EXTENDED && anyContexts ? flags | Flag.BLOCK_STATUS_PAYLOAD : flags;
    }

    /**
     * Takes {@code user} in, after what its client has sent over other connections has been dealt with as {@link
     * Takeover} says, and after those have left that an earlier export of the device has left behind, whosoever they
     * are. Waits for that as long as the server's limits allow.
     */
    public Entry enter(ExportUser user) {
        long began = System.nanoTime();
        long lifePatience = Math.min(LIFE_PATIENCE_NANOS, entryPatience.toNanos() / 2);
        try (Takeover takeover = new Takeover(lifePatience, System::nanoTime)) {
            while (true) {
                Older older = older(user);
                // The looks ask the system, so they are made without the monitor that those need who leave.
                boolean settled = !older.leftBehind() && takeover.settled(older.replaced(), older.others());
                synchronized (users) {
                    // Its rules may have changed since the user was let in.
                    if (closed || !user.permittedBy(export.rules())) {
                        return Entry.REMOVED;
                    }
                    if (settled && older.equals(older(user))) {
                        users.enter(user, this);
                        return Entry.ENTERED;
                    }
                }
                long waited = System.nanoTime() - began;
                if (user.peerGone() || !settled && !pause(waited)) {
                    return Entry.LEFT;
                }
                if (waited >= entryPatience.toNanos()) {
                    warnBusy(user);
                    return Entry.BUSY;
                }
            }
        }
    }

    /**
     * Whom a newcomer meets.
     *
     * @param leftBehind whether somebody is there whom an earlier export has left behind
     * @param replaced its client's connections whose place it takes
     * @param others its client's other connections to the device
     */
    private record Older(boolean leftBehind, List<ExportUser> replaced, List<ExportUser> others) {}

    private Older older(ExportUser user) {
        synchronized (users) {
            boolean leftBehind = users.anyOf(before);
            List<ExportUser> here = users.of(user.client(), this, true);
            List<ExportUser> elsewhere = users.of(user.client(), this, false);
            return oneConnectionEach()
                    ? new Older(leftBehind, here, elsewhere)
                    : new Older(leftBehind, List.of(), Stream.concat(here.stream(), elsewhere.stream()).toList());
        }
    }

    private boolean oneConnectionEach() {
        return export.takeover() == TakeoverRule.NEWEST;
    }

    /**
     * Waits until somebody leaves, or for the moment after which it is worth looking again, which is the later the
     * longer it has taken: false if interrupted.
     */
    private boolean pause(long waitedNanos) {
        long millis = Math.clamp(TimeUnit.NANOSECONDS.toMillis(waitedNanos) / LOOKS, LEAST_LOOK_MILLIS, MOST_LOOK_MILLIS);
        try {
            synchronized (users) {
                users.wait(millis);
            }
            return true;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void warnBusy(ExportUser user) {
        if (warningDue()) {
            LOG.warn("export '{}': client {} is refused, as an earlier request has not ended", name(), user.client());
        }
    }

    /** A client may try again as often as it likes. */
    private boolean warningDue() {
        long now = System.nanoTime();
        long at = nextWarning.get();
        return now - at >= 0 && nextWarning.compareAndSet(at, now + WARNING_INTERVAL_NANOS);
    }

    /** Lets {@code user} go; it must not touch the device any more. */
    public void leave(ExportUser user) {
        users.leave(user);
    }

    /** Refuses new users from now on and asks the present ones to end. */
    public void close() {
        synchronized (users) {
            if (!closed) {
                closed = true;
                users.close();
            }
        }
        users.through(this).forEach(ExportUser::drain);
    }

    /** Whether it has been closed. With the monitor of the device's users. */
    boolean closed() {
        return closed;
    }

    /** Cuts off whoever still uses the export. */
    public void abortUsers() {
        users.through(this).forEach(ExportUser::abort);
    }

    /** Waits until nobody uses the export, at most until {@link System#nanoTime} is {@code deadlineNanos}. */
    public boolean awaitUnused(long deadlineNanos) throws InterruptedException {
        return users.awaitNoneThrough(this, deadlineNanos);
    }
}
