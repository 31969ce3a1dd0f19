package dev.ashlar.raid.bitmap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * The bytes of the bitmap as they should be on the members, in native memory aligned to a page. Changed and written
 * only under the disk lock of {@link WriteIntentBitmap}; the counts may be read by anyone.
 */
final class BitmapImage {
    private final MemorySegment bytes;
    private final AtomicIntegerArray setByPage;
    /** Pages that members may not have as they are here. */
    private final BitSet stale = new BitSet();

    /** A page of ones behind a header: what lies past the last chunk stays so. */
    BitmapImage(BitmapHeader header) {
        bytes = Arena.ofAuto().allocate(header.lengthBytes(), BitmapLayout.PAGE_BYTES);
        bytes.fill((byte) 0xff);
        header.encode(bytes, 0);
        setByPage = new AtomicIntegerArray((int) (bytes.byteSize() / BitmapLayout.PAGE_BYTES));
    }

    /** Takes over what lies past the last chunk of a bitmap read from a member. */
    void adoptTail(MemorySegment read, int bits) {
        long tail = BitmapLayout.HEADER_BYTES + (bits + 7L) / 8;
        MemorySegment.copy(read, tail, bytes, tail, bytes.byteSize() - tail);
    }

    static boolean isSet(MemorySegment bitmapBytes, int bit) {
        return (bitmapBytes.get(ValueLayout.JAVA_BYTE, byteOf(bit)) & 1 << (bit & 7)) != 0;
    }

    private static long byteOf(int bit) {
        return BitmapLayout.HEADER_BYTES + (bit >> 3);
    }

    void set(int bit) {
        long at = byteOf(bit);
        bytes.set(ValueLayout.JAVA_BYTE, at, (byte) (bytes.get(ValueLayout.JAVA_BYTE, at) | mask(bit)));
        setByPage.incrementAndGet(BitmapLayout.page(bit));
    }

    void clear(int bit) {
        clearUncounted(bit);
        setByPage.decrementAndGet(BitmapLayout.page(bit));
    }

    /** For the making of an image, whose bits begin as ones that nobody counted. */
    void clearUncounted(int bit) {
        long at = byteOf(bit);
        bytes.set(ValueLayout.JAVA_BYTE, at, (byte) (bytes.get(ValueLayout.JAVA_BYTE, at) & ~mask(bit)));
    }

    private static int mask(int bit) {
        return 1 << (bit & 7);
    }

    void encode(BitmapHeader header) {
        header.encode(bytes, 0);
    }

    AtomicIntegerArray setByPage() {
        return setByPage;
    }

    MemorySegment bytes() {
        return bytes;
    }

    BitSet stale() {
        return stale;
    }
}
