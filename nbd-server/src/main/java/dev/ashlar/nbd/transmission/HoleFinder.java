package dev.ashlar.nbd.transmission;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.block.ExtentVisitor;

/**
 * Cuts a range into runs of zeroes and of data, as the device's extents tell. Where a device has had no holes for a while it
 * is asked less and less often, because asking costs system calls. Used by one thread; allocates nothing.
 */
final class HoleFinder {
    /** A shorter hole is not worth a chunk of its own. */
    static final int LEAST_HOLE_BYTES = 4096;

    private static final int MOST_SKIPPED = 64;

    private final BlockDevice device;
    private final ExtentVisitor visitor = this::extent;
    private int toSkip;
    private int skips;
    private boolean begun;
    private boolean zero;
    private long length;

    HoleFinder(BlockDevice device) {
        this.device = device;
    }

    /** The length of the run at the start of the range: all zeroes if {@link #zero} says so afterwards. */
    long runLength(long offsetBytes, long lengthBytes) {
        if (toSkip > 0) {
            toSkip--;
            zero = false;
            return lengthBytes;
        }
        begun = false;
        length = 0;
        try {
            device.extents(offsetBytes, lengthBytes, visitor);
        } catch (Throwable _) {
            // What is wrong will be told by the read.
            zero = false;
            length = lengthBytes;
        }
        if (length == 0 || zero && length < LEAST_HOLE_BYTES) {
            zero = false;
            length = Math.max(length, Math.min(lengthBytes, LEAST_HOLE_BYTES));
        }
        boolean dense = !zero && length >= lengthBytes;
        skips = dense ? Math.min(MOST_SKIPPED, skips * 2 + 1) : 0;
        toSkip = skips;
        return Math.min(length, lengthBytes);
    }

    /** Whether the run that {@link #runLength} has found reads as zeroes. */
    boolean zero() {
        return zero;
    }

    private boolean extent(long lengthBytes, long flags) {
        boolean zeroHere = (flags & ExtentVisitor.ZERO) != 0;
        if (begun && zeroHere != zero) {
            return false;
        }
        begun = true;
        zero = zeroHere;
        length += lengthBytes;
        return true;
    }
}
