package dev.ashlar.raid.bitmap;

import static dev.ashlar.raid.bitmap.BitStates.DURABLE;
import static dev.ashlar.raid.bitmap.BitStates.KEPT;
import static dev.ashlar.raid.bitmap.BitStates.SET;

import dev.ashlar.raid.bitmap.WriteIntentBitmap.Store;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The image of a bitmap and its way to the members: all that happens under the disk lock, which guards the image, the
 * stale pages, SET and DURABLE of every bit, and every call of the store. Invariants:
 *
 * <ol>
 *   <li>SET is raised exactly where the image has a one, except past the last chunk.
 *   <li>DURABLE is raised only after a write of the bit's page has succeeded with the bit in it, and is lowered before
 *       the bit leaves the image.
 *   <li>A page that members may not have as the image has it is stale; what is stale has more ones in the image than on
 *       any member, or zeroes that are true.
 * </ol>
 */
final class BitmapOnDisk {
    /** A write of one span costs less than two flushed ones with this many untouched pages between them. */
    private static final int WORTHWHILE_GAP_PAGES = 32;

    /** Bits some thread waits for. Settled and failure are guarded by the disk lock. */
    private static final class Want {
        final int first;
        final int last;
        boolean settled;
        Throwable failure;

        Want(int first, int last) {
            this.first = first;
            this.last = last;
        }
    }

    private final Store store;
    private final BitStates states;
    private final BitmapImage image;
    private final ConcurrentLinkedQueue<Want> wants = new ConcurrentLinkedQueue<>();
    private final ReentrantLock lock = new ReentrantLock();
    private volatile BitmapHeader header;

    BitmapOnDisk(BitmapHeader header, BitStates states, Store store) {
        this.header = header;
        this.states = states;
        this.store = store;
        image = new BitmapImage(header);
    }

    /** For the making of a bitmap: whether a bit is set, and then whether it is needed. */
    void adopt(int bit, boolean set, boolean needed) {
        if (!set) {
            image.clearUncounted(bit);
            return;
        }
        image.set(bit);
        states.raise(bit, SET);
        if (needed) {
            states.need(bit);
        }
    }

    void adoptTail(MemorySegment bitmapBytes) {
        image.adoptTail(bitmapBytes, states.bits());
    }

    /** Says that some member may have other pages than the image. */
    void distrustAllPages() {
        image.stale().set(0, states.pages());
    }

    /** The header that the members are known to have. */
    BitmapHeader header() {
        return header;
    }

    int nextSetBit(int from) {
        return states.next(from, SET, image.setByPage());
    }

    long setBits() {
        long bits = 0;
        for (int page = 0; page < states.pages(); page++) {
            bits += image.setByPage().get(page);
        }
        return bits;
    }

    /** Returns when the bits are durable; throws what the store threw, to all who waited for the same write. */
    void makeDurable(int first, int last) throws IOException {
        Want mine = new Want(first, last);
        wants.add(mine);
        lock.lock();
        try {
            if (!mine.settled) {
                settleWants();
            }
        } finally {
            lock.unlock();
        }
        switch (mine.failure) {
            case null -> { }
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IOException(mine.failure);
        }
    }

    /** One write of pages for all that wait. */
    private void settleWants() {
        List<Want> batch = new ArrayList<>();
        for (Want want = wants.poll(); want != null; want = wants.poll()) {
            batch.add(want);
        }
        Throwable failure = null;
        try {
            BitSet pages = new BitSet();
            batch.forEach(want -> setInImage(want, pages));
            writePages(pages);
            batch.forEach(want -> states.raiseWhere(SET, want.first, want.last, DURABLE));
        } catch (IOException | RuntimeException | Error e) {
            failure = e;
        }
        for (Want want : batch) {
            want.settled = true;
            want.failure = failure;
        }
    }

    private void setInImage(Want want, BitSet pages) {
        for (int bit = want.first; bit <= want.last; bit++) {
            int before = states.raise(bit, SET);
            if ((before & SET) == 0) {
                image.set(bit);
            }
            if ((before & DURABLE) == 0) {
                pages.set(BitmapLayout.page(bit));
            }
        }
    }

    /** Writes pages of the image in few spans. Those of a span that failed stay stale. */
    private void writePages(BitSet pages) throws IOException {
        image.stale().or(pages);
        for (int first = pages.nextSetBit(0); first >= 0; ) {
            int end = pages.nextClearBit(first);
            int next = pages.nextSetBit(end);
            while (next >= 0 && next - end < WORTHWHILE_GAP_PAGES) {
                end = pages.nextClearBit(next);
                next = pages.nextSetBit(end);
            }
            long offsetBytes = (long) first * BitmapLayout.PAGE_BYTES;
            store.write(offsetBytes, image.bytes(), offsetBytes, (long) (end - first) * BitmapLayout.PAGE_BYTES);
            image.stale().clear(first, end);
            first = next;
        }
    }

    /**
     * Clears those of the candidates that are still clearable. Their data must have been flushed since they became
     * candidates.
     *
     * @return how many were cleared
     */
    int clear(BitSet candidates, boolean whole, long events) throws IOException {
        lock.lock();
        try {
            if (candidates.stream().noneMatch(bit -> states.clearable(bit, whole))) {
                return 0;
            }
            if (whole && header.eventsCleared() != events) {
                writeHeader(header.withEventsCleared(events));
            }
            return clear(candidates, whole);
        } finally {
            lock.unlock();
        }
    }

    private int clear(BitSet candidates, boolean whole) throws IOException {
        BitSet cleared = new BitSet();
        BitSet pages = new BitSet();
        for (int bit = candidates.nextSetBit(0); bit >= 0; bit = candidates.nextSetBit(bit + 1)) {
            if (states.takeBack(bit, whole)) {
                image.clear(bit);
                cleared.set(bit);
                pages.set(BitmapLayout.page(bit));
            }
        }
        boolean done = false;
        try {
            writePages(pages);
            done = true;
        } finally {
            if (!done) {
                cleared.stream().forEach(this::putBack);
            }
        }
        return cleared.cardinality();
    }

    /** A bit whose zero some member may have and others not: set, for the next write of its page to say so. */
    private void putBack(int bit) {
        image.set(bit);
        states.raise(bit, SET | KEPT);
    }

    private void writeHeader(BitmapHeader changed) throws IOException {
        image.encode(changed);
        BitSet firstPage = new BitSet();
        firstPage.set(0);
        writePages(firstPage);
        header = changed;
    }

    void updateEvents(long events) throws IOException {
        lock.lock();
        try {
            writeStalePages();
            writeHeader(header.withEvents(events));
        } finally {
            lock.unlock();
        }
    }

    void rewriteAll() throws IOException {
        lock.lock();
        try {
            distrustAllPages();
            writeStalePages();
        } finally {
            lock.unlock();
        }
    }

    private void writeStalePages() throws IOException {
        BitSet pages = (BitSet) image.stale().clone();
        writePages(pages);
        for (int page = pages.nextSetBit(0); page >= 0; page = pages.nextSetBit(page + 1)) {
            states.raiseWhere(SET, BitmapLayout.firstBit(page), states.endBit(page) - 1, DURABLE);
        }
    }

    void writeAllTo(Store target) throws IOException {
        lock.lock();
        try {
            target.write(0, image.bytes(), 0, image.bytes().byteSize());
        } finally {
            lock.unlock();
        }
    }
}
