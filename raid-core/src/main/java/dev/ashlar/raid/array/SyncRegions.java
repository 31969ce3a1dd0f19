package dev.ashlar.raid.array;

import dev.ashlar.raid.bitmap.WriteIntentBitmap;
import dev.ashlar.raid.superblock.ArrayFields;
import dev.ashlar.raid.sync.ResyncPass;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where parity or copies are known to agree, and what has to be done where they are not. All offsets are sync bytes.
 *
 * <p>Three things take a range out of trust: the bitmap marks it as needed; without a bitmap, it lies above the position
 * a resync has reached; or a write was left half done there ("torn"). A torn range whose data is lost besides is "stuck":
 * it stays without trust, but no resync is tried.
 *
 * <p>Invariants: trust comes back only through {@link #agrees}, said under the stripe's lock, or through {@link #inSync}
 * for a region in which nothing was torn meanwhile. Nothing is said to be clean while anything is without trust.
 */
final class SyncRegions implements ResyncPass.Regions {
    /** The position when no resync is due. */
    static final long DONE = Long.MAX_VALUE;

    private static final Logger LOG = LoggerFactory.getLogger(SyncRegions.class);

    private final String name;
    private final WriteIntentBitmap bitmap;
    private final long syncBytes;
    private final BooleanSupplier anyHopes;
    private final TornRanges torn = new TornRanges();
    private final TornRanges stuck = new TornRanges();
    private volatile long position;

    /**
     * @param bitmap null without one
     * @param position without a bitmap, what is in sync lies below it; {@link #DONE} for all
     * @param anyHopes whether data that cannot be read just now may come back by the recovery of a member
     */
    SyncRegions(String name, WriteIntentBitmap bitmap, long syncBytes, long position, BooleanSupplier anyHopes) {
        this.name = name;
        this.bitmap = bitmap;
        this.syncBytes = syncBytes;
        this.position = position;
        this.anyHopes = anyHopes;
    }

    /** Whether a lost block of the range may be computed. */
    boolean consistent(long offset, long length) {
        if (torn.overlaps(offset, length)) {
            return false;
        }
        return bitmap == null ? offset + length <= position : !bitmap.needsSync(offset, length);
    }

    /** Where the stretch from {@code offset} on ends in which all is consistent, or stuck, or due, as at its start. */
    long agreementEnd(long offset) {
        long end = Math.min(syncBytes, Math.min(torn.nextBound(offset), stuck.nextBound(offset)));
        if (bitmap != null) {
            return Math.min(end, bitmap.neededEnd(offset));
        }
        long reached = position;
        return reached > offset ? Math.min(end, reached) : end;
    }

    /** Whether a resync is of no use here, because data is lost. */
    boolean stuckAt(long offset) {
        return stuck.overlaps(offset, 1);
    }

    /** A write was left half done in the range. */
    void tear(long offset, long length) {
        torn.add(offset, length);
    }

    /** Everything in the range was found or made to agree; said under the stripe's lock. */
    void agrees(long offset, long length) {
        if (!torn.isEmpty()) {
            torn.remove(offset, length);
        }
        if (!stuck.isEmpty()) {
            stuck.remove(offset, length);
        }
    }

    /** Whether anything is torn; bits of the bitmap must stay then. */
    boolean anyTorn() {
        return !torn.isEmpty();
    }

    /** Whether data is lost where nothing can be resynced. */
    boolean anyStuck() {
        return !stuck.isEmpty();
    }

    /** What resync_offset may say while no write is under way: sectors below which all agrees. */
    long checkpoint() {
        long below = bitmap == null ? position : DONE;
        if (bitmap != null && bitmap.anyNeeded()) {
            below = Math.max(0, bitmap.nextNeeded(0));
        }
        if (!torn.isEmpty()) {
            below = Math.min(below, torn.next(0));
        }
        return below == DONE ? ArrayFields.CLEAN : below / 512;
    }

    /** A resync found nothing more to do. */
    void resynced() {
        position = DONE;
    }

    @Override
    public long nextDue(long from) {
        long due = nextUnsynced(from);
        while (due >= 0 && stuck.overlaps(due, 1)) {
            due = nextUnsynced(stuck.endOf(due));
        }
        return due;
    }

    private long nextUnsynced(long from) {
        long nextTorn = torn.next(from);
        long other = -1;
        if (bitmap != null) {
            other = bitmap.anyNeeded() ? bitmap.nextNeeded(from) : -1;
        } else if (Math.max(position, from) < syncBytes) {
            other = Math.max(position, from);
        }
        return nextTorn < 0 || other < 0 ? Math.max(nextTorn, other) : Math.min(nextTorn, other);
    }

    @Override
    public long regionStart(long offset) {
        return bitmap == null ? offset : offset / bitmap.chunkBytes() * bitmap.chunkBytes();
    }

    @Override
    public long regionEnd(long offset) {
        if (bitmap == null) {
            return offset + 1;
        }
        long chunkBytes = bitmap.chunkBytes();
        return Math.min((offset / chunkBytes + 1) * chunkBytes, bitmap.sizeBytes());
    }

    @Override
    public void inSync(long offset, long length) {
        if (torn.overlaps(offset, length)) {
            // A write was torn behind the pass: the region stays due.
            return;
        }
        if (bitmap == null) {
            advance(offset, length);
            return;
        }
        // The component's rest that fills no chunk belongs to the last bit all the same.
        boolean last = offset + length >= syncBytes;
        bitmap.synced(offset, last ? bitmap.sizeBytes() - offset : length);
    }

    @Override
    public void stuck(long offset, long length) {
        if (anyHopes.getAsBoolean()) {
            // A member was lost meanwhile: what it held comes back with its recovery.
            return;
        }
        LOG.error("{}: bytes {} to {} of the members cannot be resynced: data there is lost", name, offset,
                offset + length - 1);
        torn.add(offset, length);
        stuck.add(offset, length);
        if (bitmap == null) {
            advance(offset, length);
        }
    }

    private void advance(long offset, long length) {
        if (position != DONE && offset <= position) {
            position = Math.max(position, offset + length);
        }
    }
}
