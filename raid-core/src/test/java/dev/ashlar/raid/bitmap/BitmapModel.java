package dev.ashlar.raid.bitmap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.IntPredicate;

/**
 * An array reduced to what its bitmap must know, beside the real bitmap. Before every write of the store, and after
 * every step, it checks what a crash at this moment would leave: sectors of old and new content in any mixture.
 */
final class BitmapModel {
    static final int CHUNK = 1024;
    /** Three pages of bits, and half a chunk at the end. */
    static final int BITS = 70_000;

    /** A write under way, or one that is over. */
    record Write(int first, int count) {
        long offsetBytes() {
            return (long) first * CHUNK + 17;
        }

        long lengthBytes() {
            return (long) count * CHUNK - 600;
        }
    }

    private final Random random;
    private final DiskStore store;
    private WriteIntentBitmap bitmap;
    private long events = 5;
    private boolean degraded;
    private boolean storeFails;
    private long eventsOfSweep;
    private boolean sweeping;
    private boolean settling;

    private final List<Write> underWay = new ArrayList<>();
    /** Chunks written since members were last flushed. */
    private final BitSet unflushed = new BitSet();
    /** Chunks an absent member lacks, or may. */
    private final BitSet missed = new BitSet();
    private final BitSet needed = new BitSet();

    BitmapModel(long seed) throws IOException {
        random = new Random(seed);
        BitmapHeader header = BitmapHeader.fresh(new UUID(1, 2), BITS * 2L - 1, CHUNK).withEvents(events);
        store = new DiskStore(header.lengthBytes());
        bitmap = WriteIntentBitmap.create(header, false, store);
        bitmap.rewriteAll();
        store.watch(this::beforeStoreWrite);
    }

    /** Bits that must be ones on disk now. */
    private BitSet required() {
        BitSet bits = (BitSet) unflushed.clone();
        bits.or(missed);
        bits.or(needed);
        underWay.forEach(write -> bits.set(write.first, write.first + write.count));
        return bits;
    }

    private void requireAll(IntPredicate set, String where) {
        BitSet required = required();
        for (int bit = required.nextSetBit(0); bit >= 0; bit = required.nextSetBit(bit + 1)) {
            if (!set.test(bit)) {
                throw new AssertionError("bit " + bit + " is not set " + where);
            }
        }
    }

    private void beforeStoreWrite(long offsetBytes, MemorySegment written) throws IOException {
        MemorySegment after = MemorySegment.ofArray(store.bytes().toArray(ValueLayout.JAVA_BYTE));
        MemorySegment.copy(written, 0, after, offsetBytes, written.byteSize());
        long eventsBefore = headerOf(store.bytes()).events();
        boolean trusted = headerOf(store.bytes()).trustedBeside(events) || headerOf(after).trustedBeside(events);
        if (trusted) {
            requireAll(store::isSet, "before a write");
            requireAll(bit -> BitmapImage.isSet(after, bit), "after a write");
        }
        if (eventsBefore >= events) {
            checkClearing(after);
        }
        if (storeFails) {
            tear(offsetBytes, written);
            throw new IOException("store failed");
        }
    }

    /** A one becomes a zero only in a sweep, and in a whole array only under the events_cleared of that sweep. */
    private void checkClearing(MemorySegment after) throws IOException {
        for (long at = BitmapLayout.HEADER_BYTES; at < after.byteSize(); at += Long.BYTES) {
            long before = store.bytes().get(ValueLayout.JAVA_LONG_UNALIGNED, at);
            if ((before & ~after.get(ValueLayout.JAVA_LONG_UNALIGNED, at)) != 0) {
                assertThat(sweeping).isTrue();
                assertThat(degraded || headerOf(store.bytes()).eventsCleared() == eventsOfSweep).isTrue();
                return;
            }
        }
    }

    private void tear(long offsetBytes, MemorySegment written) {
        for (long sector = 0; sector < written.byteSize(); sector += 512) {
            if (random.nextBoolean()) {
                MemorySegment.copy(written, sector, store.bytes(), offsetBytes + sector, 512);
            }
        }
    }

    private static BitmapHeader headerOf(MemorySegment bytes) throws IOException {
        return BitmapHeader.decode(bytes, 0);
    }

    void check() throws IOException {
        boolean trusted = headerOf(store.bytes()).trustedBeside(events);
        requireAll(bit -> !trusted || store.isSet(bit), "on disk");
        requireAll(bit -> bitmap.isSet((long) bit * CHUNK, 1), "in memory");
        assertThat(bitmap.anyNeeded()).isEqualTo(!needed.isEmpty());
        long next = bitmap.nextNeeded(0);
        assertThat(next < 0 ? -1 : next / CHUNK).isEqualTo(needed.nextSetBit(0));
        assertThat(bitmap.anyPending()).isEqualTo(!underWay.isEmpty());
    }

    void startWrite(Write write) {
        try {
            bitmap.startWrite(write.offsetBytes(), write.lengthBytes());
            underWay.add(write);
        } catch (IOException e) {
            assertThat(storeFails).isTrue();
        }
    }

    void endWrite(boolean absentMemberHasThem) {
        if (underWay.isEmpty()) {
            return;
        }
        Write write = underWay.remove(random.nextInt(underWay.size()));
        boolean keep = degraded && !absentMemberHasThem;
        unflushed.set(write.first, write.first + write.count);
        if (keep) {
            missed.set(write.first, write.first + write.count);
        }
        bitmap.endWrite(write.offsetBytes(), write.lengthBytes(), keep);
    }

    void sweep(boolean atOnce, boolean flushFails) {
        eventsOfSweep = events;
        sweeping = true;
        WriteIntentBitmap.Flusher flusher = () -> {
            if (flushFails) {
                throw new IOException("flush failed");
            }
            memberMayFail();
            unflushed.clear();
            memberMayFail();
            if (!settling && random.nextInt(4) == 0) {
                startWrite(new Write(random.nextInt(10), 2));
                endWrite(false);
            }
        };
        boolean whole = !degraded;
        memberMayFail();
        try {
            if (atOnce) {
                bitmap.clearAllIdle(whole, events, flusher);
            } else {
                bitmap.sweep(whole, events, flusher);
            }
        } catch (IOException e) {
            assertThat(storeFails || flushFails).isTrue();
        }
        sweeping = false;
    }

    /** The first, or one more beside it: its cache takes with it what it had not flushed. */
    void memberFails() {
        degraded = true;
        missed.or(unflushed);
        missed.or(needed);
        underWay.forEach(write -> missed.set(write.first, write.first + write.count));
        bitmap.memberLost();
    }

    private void memberMayFail() {
        if (!settling && random.nextInt(8) == 0) {
            memberFails();
        }
    }

    void memberRecovers() {
        degraded = false;
        missed.clear();
    }

    void markNeeded(Write write) {
        try {
            bitmap.markNeeded(write.offsetBytes(), write.lengthBytes());
            needed.set(write.first, write.first + write.count);
        } catch (IOException e) {
            assertThat(storeFails).isTrue();
            // Nothing is promised for the disk, so the model forgets it; memory must not.
            assertThat(bitmap.needsSync(write.offsetBytes(), write.lengthBytes())).isTrue();
            bitmap.synced((long) write.first * CHUNK, (long) write.count * CHUNK);
            needed.clear(write.first, write.first + write.count);
        }
    }

    /** Whoever resynchronises writes to the chunks that need it, and to no others. */
    void synced(Write write) {
        BitSet written = new BitSet();
        written.set(write.first, write.first + write.count);
        written.and(needed);
        unflushed.or(written);
        needed.andNot(written);
        bitmap.synced((long) write.first * CHUNK, (long) write.count * CHUNK);
    }

    void updateEvents() {
        try {
            bitmap.updateEvents(events + 1);
            events++;
        } catch (IOException e) {
            assertThat(storeFails).isTrue();
        }
    }

    /** @param superblocksAhead whether the superblocks were written without the bitmap: it must not be trusted then */
    void crash(boolean superblocksAhead) throws IOException {
        if (superblocksAhead) {
            events = headerOf(store.bytes()).events() + 1;
        }
        BitmapHeader header = headerOf(store.bytes());
        boolean trusted = header.trustedBeside(events);
        BitSet required = required();
        underWay.clear();
        bitmap = WriteIntentBitmap.load(header, store.bytes(), true, trusted, store);
        for (int bit = 0; bit < BITS; bit++) {
            needed.set(bit, !trusted || store.isSet(bit));
        }
        required.andNot(needed);
        assertThat(required.isEmpty()).as("bits lost in the crash: %s", required).isTrue();
    }

    void storeFails(boolean fails) {
        storeFails = fails;
    }

    /** Ends everything well; then nothing may be left marked. */
    void settle() throws IOException {
        storeFails = false;
        settling = true;
        while (!underWay.isEmpty()) {
            endWrite(true);
        }
        needed.clear();
        bitmap.synced(0, bitmap.sizeBytes());
        memberRecovers();
        sweep(false, false);
        sweep(false, false);
        sweep(true, false);
        sweep(true, false);
        bitmap.rewriteAll();
        assertThat(bitmap.setBits()).isZero();
        for (int bit = 0; bit < (store.bytes().byteSize() - BitmapLayout.HEADER_BYTES) * 8; bit++) {
            if (store.isSet(bit) != bit >= BITS) {
                throw new AssertionError("bit " + bit + " is wrong in the end");
            }
        }
    }
}
