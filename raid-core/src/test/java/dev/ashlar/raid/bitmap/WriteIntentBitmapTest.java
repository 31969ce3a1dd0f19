package dev.ashlar.raid.bitmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class WriteIntentBitmapTest {
    private static final int CHUNK = 4096;
    private static final int BITS = 100;
    private static final WriteIntentBitmap.Flusher FLUSHED = () -> { };

    private final BitmapHeader header =
            BitmapHeader.fresh(new UUID(1, 2), (BITS - 1) * 8 + 1, CHUNK).withEvents(10).withEventsCleared(10);
    private final DiskStore store = new DiskStore(header.lengthBytes());
    private final WriteIntentBitmap bitmap = clean();

    private WriteIntentBitmap clean() {
        try {
            WriteIntentBitmap fresh = WriteIntentBitmap.create(header, false, store);
            fresh.rewriteAll();
            store.writes().clear();
            return fresh;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private WriteIntentBitmap reload(boolean dirty, boolean trusted) throws IOException {
        return WriteIntentBitmap.load(BitmapHeader.decode(store.bytes(), 0), store.bytes(), dirty, trusted, store);
    }

    private void write(int bit, boolean keep) throws IOException {
        bitmap.startWrite((long) bit * CHUNK, 1);
        bitmap.endWrite((long) bit * CHUNK, 1, keep);
    }

    @Test
    void secondWriteToAChunkCostsNoBitmapWrite() throws Exception {
        bitmap.startWrite(5 * CHUNK + 100, 2 * CHUNK);
        assertThat(store.writes()).containsExactly(0L);
        assertThat(store.isSet(4) || store.isSet(8)).isFalse();
        assertThat(store.isSet(5) && store.isSet(6) && store.isSet(7)).isTrue();
        bitmap.endWrite(5 * CHUNK + 100, 2 * CHUNK, false);
        write(6, false);
        assertThat(store.writes()).hasSize(1);
        assertThat(bitmap.setBits()).isEqualTo(3);
    }

    @Test
    void bitIsClearedInTheSecondPassAfterTheLastWrite() throws Exception {
        write(3, false);
        assertThat(bitmap.sweep(true, 11, FLUSHED)).isZero();
        assertThat(bitmap.eventsCleared()).isEqualTo(10);
        assertThat(bitmap.sweep(true, 11, FLUSHED)).isEqualTo(1);
        assertThat(store.isSet(3)).isFalse();
        assertThat(BitmapHeader.decode(store.bytes(), 0).eventsCleared()).isEqualTo(11);
        assertThat(bitmap.sweep(true, 12, FLUSHED)).isZero();
        assertThat(bitmap.eventsCleared()).as("moves only when a bit is cleared").isEqualTo(11);
    }

    @Test
    void bitUnderAWriteOutlivesEverySweep() throws Exception {
        bitmap.startWrite(0, CHUNK);
        for (int pass = 0; pass < 4; pass++) {
            assertThat(bitmap.sweep(true, 11, FLUSHED)).isZero();
        }
        assertThat(bitmap.clearAllIdle(true, 11, FLUSHED)).isZero();
        assertThat(bitmap.anyPending()).isTrue();
        bitmap.endWrite(0, CHUNK, false);
        assertThat(bitmap.anyPending()).isFalse();
        assertThat(bitmap.clearAllIdle(true, 11, FLUSHED)).isEqualTo(1);
    }

    @Test
    void chunkThatAMemberMissedStaysMarkedUntilTheArrayIsWhole() throws Exception {
        write(1, true);
        bitmap.sweep(false, 12, FLUSHED);
        write(2, false);
        for (int pass = 0; pass < 3; pass++) {
            bitmap.sweep(false, 12, FLUSHED);
        }
        assertThat(store.isSet(1)).isTrue();
        assertThat(store.isSet(2)).as("the absent member has nothing to do with chunk 2").isFalse();
        assertThat(bitmap.eventsCleared()).isEqualTo(10);
        assertThat(bitmap.sweep(true, 14, FLUSHED)).isEqualTo(1);
        assertThat(bitmap.eventsCleared()).isEqualTo(14);
    }

    @Test
    void chunkWrittenJustBeforeAMemberFailedStaysMarked() throws Exception {
        write(1, false);
        for (int pass = 0; pass < 3; pass++) {
            bitmap.sweep(false, 12, FLUSHED);
        }
        assertThat(store.isSet(1)).isTrue();
    }

    @Test
    void nothingIsClearedWhenTheDataCouldNotBeFlushed() throws Exception {
        write(1, false);
        store.writes().clear();
        assertThatThrownBy(() -> bitmap.clearAllIdle(true, 11, () -> {
            throw new IOException("flush failed");
        })).hasMessage("flush failed");
        assertThat(store.writes()).isEmpty();
        assertThat(store.isSet(1)).isTrue();
    }

    @Test
    void writeBetweenFlushAndClearingKeepsTheBit() throws Exception {
        write(1, false);
        write(2, false);
        assertThat(bitmap.clearAllIdle(true, 11, () -> write(1, false))).isEqualTo(1);
        assertThat(store.isSet(1)).isTrue();
        assertThat(store.isSet(2)).isFalse();
    }

    @Test
    void eventsClearedIsOnDiskBeforeAnyBitIsCleared() throws Exception {
        write(1, false);
        store.writes().clear();
        store.watch((_, _) -> {
            if (store.writes().size() == 2) {
                assertThat(BitmapHeader.decode(store.bytes(), 0).eventsCleared()).isEqualTo(11);
                assertThat(store.isSet(1)).isTrue();
            }
        });
        bitmap.clearAllIdle(true, 11, FLUSHED);
        assertThat(store.writes()).hasSize(2);
        assertThat(store.isSet(1)).isFalse();
    }

    @Test
    void failedBitmapWriteStopsTheWriteAndIsTriedAgain() throws Exception {
        store.fail("no member left");
        assertThatThrownBy(() -> bitmap.startWrite(0, 1)).isInstanceOf(IOException.class).hasMessage("no member left");
        assertThatThrownBy(() -> bitmap.startWrite(0, 1)).isInstanceOf(IOException.class);
        assertThat(bitmap.anyPending()).isFalse();
        store.mend();
        bitmap.startWrite(0, 1);
        assertThat(store.isSet(0)).isTrue();
        assertThat(store.writes()).hasSize(3);
    }

    @Test
    void failedClearingLeavesBitsSetForTheNextWriteToConfirm() throws Exception {
        write(1, false);
        store.fail("no member left");
        assertThatThrownBy(() -> bitmap.clearAllIdle(true, 10, FLUSHED)).hasMessage("no member left");
        store.mend();
        assertThat(bitmap.isSet(CHUNK, 1)).isTrue();
        int before = store.writes().size();
        write(1, false);
        assertThat(store.writes()).hasSize(before + 1);
    }

    @Test
    void dirtyArrayNeedsItsMarkedChunksAndNoOthers() throws Exception {
        write(7, false);
        write(99, false);
        WriteIntentBitmap after = reload(true, true);
        assertThat(after.anyNeeded()).isTrue();
        assertThat(after.nextNeeded(0)).isEqualTo(7 * CHUNK);
        assertThat(after.nextNeeded(7 * CHUNK + 5)).isEqualTo(7 * CHUNK + 5);
        assertThat(after.nextNeeded(8 * CHUNK)).isEqualTo(99 * CHUNK);
        assertThat(after.needsSync(6 * CHUNK, CHUNK)).isFalse();
        assertThat(after.needsSync(6 * CHUNK, CHUNK + 1)).isTrue();

        after.synced(7 * CHUNK + 1, CHUNK - 1);
        assertThat(after.needsSync(7 * CHUNK, 1)).as("not wholly synced").isTrue();
        after.synced(7 * CHUNK, CHUNK);
        after.synced(98 * CHUNK, after.sizeBytes() - 98 * CHUNK);
        assertThat(after.anyNeeded()).isFalse();
        assertThat(after.sweep(true, 11, FLUSHED)).isZero();
        assertThat(after.sweep(true, 11, FLUSHED)).isEqualTo(2);
    }

    @Test
    void cleanArrayJustSweepsItsMarksAway() throws Exception {
        write(7, false);
        WriteIntentBitmap after = reload(false, true);
        assertThat(after.anyNeeded()).isFalse();
        assertThat(after.sweep(true, 11, FLUSHED)).isEqualTo(1);
    }

    @Test
    void degradedArrayKeepsTheMarksItFinds() throws Exception {
        write(7, true);
        WriteIntentBitmap after = reload(false, true);
        for (int pass = 0; pass < 3; pass++) {
            assertThat(after.sweep(false, 11, FLUSHED)).isZero();
        }
        assertThat(after.isSet(7 * CHUNK, 1)).isTrue();
        assertThat(after.nextSet(0)).isEqualTo(7 * CHUNK);
        assertThat(after.nextSet(7 * CHUNK + 9)).isEqualTo(7 * CHUNK + 9);
        assertThat(after.nextSet(8 * CHUNK)).isEqualTo(-1);
    }

    @Test
    void untrustedBitmapMeansEverythingAndIsRewrittenBeforeItLooksTrusted() throws Exception {
        WriteIntentBitmap after = reload(true, false);
        assertThat(after.setBits()).isEqualTo(BITS);
        assertThat(after.nextNeeded(50 * CHUNK)).isEqualTo(50 * CHUNK);
        store.writes().clear();
        after.updateEvents(12);
        assertThat(store.writes()).hasSize(2);
        assertThat(store.isSet(50)).isTrue();
        assertThat(BitmapHeader.decode(store.bytes(), 0).events()).isEqualTo(12);
    }

    @Test
    void loadedBitIsWrittenToAllMembersBeforeTheFirstWriteUnderIt() throws Exception {
        write(7, false);
        WriteIntentBitmap after = reload(true, true);
        store.writes().clear();
        after.startWrite(7 * CHUNK, 1);
        assertThat(store.writes()).hasSize(1);

        WriteIntentBitmap opened = reload(true, true);
        opened.updateEvents(11);
        store.writes().clear();
        opened.startWrite(7 * CHUNK, 1);
        assertThat(store.writes()).as("going dirty has written all pages").isEmpty();
    }

    @Test
    void markedRangeIsNeededInMemoryEvenIfItCouldNotBeWritten() {
        store.fail("no member left");
        assertThatThrownBy(() -> bitmap.markNeeded(3 * CHUNK, 1)).hasMessage("no member left");
        assertThat(bitmap.needsSync(3 * CHUNK, 1)).isTrue();
    }

    @Test
    void newArrayHasOnesEverywhereAlsoPastTheEnd() throws Exception {
        WriteIntentBitmap fresh = WriteIntentBitmap.create(header, true, store);
        fresh.rewriteAll();
        for (int bit = 0; bit < (4096 - 256) * 8; bit++) {
            assertThat(store.isSet(bit)).isTrue();
        }
        assertThat(fresh.anyNeeded()).isTrue();
        fresh.synced(0, fresh.sizeBytes());
        assertThat(fresh.clearAllIdle(true, 1, FLUSHED)).isEqualTo(BITS);
        assertThat(store.isSet(BITS - 1)).isFalse();
        assertThat(store.isSet(BITS)).isTrue();
    }

    @Test
    void newMemberIsGivenTheWholeBitmap() throws Exception {
        write(7, false);
        DiskStore other = new DiskStore(header.lengthBytes());
        bitmap.writeAllTo(other);
        assertThat(other.bytes().mismatch(store.bytes())).isEqualTo(-1);
    }

    @Test
    void rangeOutsideTheBitmapIsMisuse() {
        assertThatThrownBy(() -> bitmap.startWrite(bitmap.sizeBytes(), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("lengthBytes=1");
        assertThatThrownBy(() -> bitmap.endWrite(0, 1, false)).isInstanceOf(IllegalStateException.class);
        assertThat(bitmap.needsSync(bitmap.sizeBytes(), 0)).isFalse();
    }
}
