package dev.ashlar.block;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A bit for each piece of a device that was changed. Bits are only ever set, by any thread, without a lock. */
final class ChangeMap {
    private static final int PIECE_SHIFT = Integer.numberOfTrailingZeros(TrackedDevice.PIECE_BYTES);
    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

    private final String name;
    private final long sizeBytes;
    private final long[] words;

    ChangeMap(String name, long sizeBytes) {
        this.name = name;
        this.sizeBytes = sizeBytes;
        words = new long[Math.toIntExact((sizeBytes + ((long) Long.SIZE << PIECE_SHIFT) - 1) >>> PIECE_SHIFT + 6)];
    }

    String name() {
        return name;
    }

    /** Sets the bits of a range that lies inside the device. */
    void enter(long offsetBytes, long lengthBytes) {
        if (lengthBytes == 0) {
            return;
        }
        long first = offsetBytes >>> PIECE_SHIFT;
        long last = offsetBytes + lengthBytes - 1 >>> PIECE_SHIFT;
        for (long piece = first; piece <= last; piece = (piece | 63) + 1) {
            long bits = -1L << piece;
            if (last < (piece | 63)) {
                bits &= -1L >>> ~last;
            }
            set((int) (piece >>> 6), bits);
        }
    }

    /** Most writes find their bits set, and then touch no cache line that others use. */
    private void set(int word, long bits) {
        if (((long) WORD.getVolatile(words, word) & bits) != bits) {
            long _ = (long) WORD.getAndBitwiseOr(words, word, bits);
        }
    }

    void walk(long offsetBytes, long lengthBytes, ExtentVisitor visitor) {
        long end = offsetBytes + lengthBytes;
        for (long at = offsetBytes; at < end;) {
            long piece = at >>> PIECE_SHIFT;
            boolean changed = isSet(piece);
            long next = Math.min(nextOther(piece, changed) << PIECE_SHIFT, end);
            if (!visitor.extent(next - at, changed ? TrackedDevice.CHANGED : 0)) {
                return;
            }
            at = next;
        }
    }

    private boolean isSet(long piece) {
        return (word(piece) & 1L << piece) != 0;
    }

    /** The first piece after this one that differs from it; one behind the last if there is none. */
    private long nextOther(long piece, boolean changed) {
        long from = piece + 1;
        long pieces = (long) words.length << 6;
        while (from < pieces) {
            long other = (changed ? ~word(from) : word(from)) & -1L << from;
            if (other != 0) {
                return (from & -64) + Long.numberOfTrailingZeros(other);
            }
            from = (from | 63) + 1;
        }
        return pieces;
    }

    private long word(long piece) {
        return (long) WORD.getVolatile(words, (int) (piece >>> 6));
    }

    long changedBytes() {
        long pieces = 0;
        for (int i = 0; i < words.length; i++) {
            pieces += Long.bitCount((long) WORD.getVolatile(words, i));
        }
        long beyondEnd = -sizeBytes & TrackedDevice.PIECE_BYTES - 1;
        boolean lastChanged = sizeBytes > 0 && isSet(sizeBytes - 1 >>> PIECE_SHIFT);
        return (pieces << PIECE_SHIFT) - (lastChanged ? beyondEnd : 0);
    }
}
