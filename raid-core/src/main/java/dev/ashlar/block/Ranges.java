package dev.ashlar.block;

import java.lang.foreign.MemorySegment;

/** The checks every {@link BlockDevice} owes its callers before it touches anything. */
public final class Ranges {
    private Ranges() {}

    /**
     * Checks that a range lies inside a device.
     *
     * @throws IndexOutOfBoundsException if not
     */
    public static void checkDevice(long offsetBytes, long lengthBytes, long sizeBytes) {
        if ((offsetBytes | lengthBytes) < 0 || offsetBytes > sizeBytes - lengthBytes) {
            throw new IndexOutOfBoundsException("offsetBytes=" + offsetBytes + " lengthBytes=" + lengthBytes
                    + " is not inside sizeBytes=" + sizeBytes);
        }
    }

    /**
     * Checks that a buffer holds a range of bytes to be written.
     *
     * @throws IndexOutOfBoundsException if not
     */
    public static void checkSource(MemorySegment source, long sourceOffset, long lengthBytes) {
        if ((sourceOffset | lengthBytes) < 0 || sourceOffset > source.byteSize() - lengthBytes) {
            throw new IndexOutOfBoundsException("sourceOffset=" + sourceOffset + " lengthBytes=" + lengthBytes
                    + " is not inside source.byteSize=" + source.byteSize());
        }
    }

    /**
     * Checks that a buffer can take a range of bytes read.
     *
     * @throws IndexOutOfBoundsException if it is too small
     * @throws IllegalArgumentException if it is read-only
     */
    public static void checkTarget(MemorySegment target, long targetOffset, long lengthBytes) {
        if ((targetOffset | lengthBytes) < 0 || targetOffset > target.byteSize() - lengthBytes) {
            throw new IndexOutOfBoundsException("targetOffset=" + targetOffset + " lengthBytes=" + lengthBytes
                    + " is not inside target.byteSize=" + target.byteSize());
        }
        if (target.isReadOnly()) {
            throw new IllegalArgumentException("target is a read-only segment");
        }
    }
}
