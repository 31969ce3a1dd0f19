package dev.ashlar.raid.bitmap;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** A store of one member in memory that counts its writes, can refuse them, and can let a test look before each. */
final class DiskStore implements WriteIntentBitmap.Store {
    /** Called before a write changes anything. */
    interface Watcher {
        void beforeWrite(long offsetBytes, MemorySegment written) throws IOException;
    }

    private final MemorySegment bytes;
    private final List<Long> writes = new ArrayList<>();
    private volatile Watcher watcher = (_, _) -> { };

    DiskStore(long lengthBytes) {
        bytes = Arena.ofAuto().allocate(lengthBytes);
    }

    @Override
    public void write(long bitmapOffsetBytes, MemorySegment source, long sourceOffset, long lengthBytes)
            throws IOException {
        writes.add(bitmapOffsetBytes);
        watcher.beforeWrite(bitmapOffsetBytes, source.asSlice(sourceOffset, lengthBytes));
        MemorySegment.copy(source, sourceOffset, bytes, bitmapOffsetBytes, lengthBytes);
    }

    void watch(Watcher newWatcher) {
        watcher = newWatcher;
    }

    void fail(String reason) {
        watcher = (_, _) -> {
            throw new IOException(reason);
        };
    }

    void mend() {
        watcher = (_, _) -> { };
    }

    MemorySegment bytes() {
        return bytes;
    }

    boolean isSet(int bit) {
        return BitmapImage.isSet(bytes, bit);
    }

    /** Offsets of the writes so far, failed ones too. */
    List<Long> writes() {
        return writes;
    }
}
