package dev.ashlar.nbd.transmission;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.block.ExtentVisitor;
import java.util.function.LongSupplier;

/**
 * Cuts a range into runs of zeroes and of data, as the device's extents tell. Where a device has had no holes for a while it
 * is asked less and less often, because asking costs system calls. What one of them costs is up to the file system: to find the
 * next hole of a file, tmpfs looks at every page before it. So after an answer that was of no use there is none for a while that
 * is long in comparison. Used by one thread; allocates nothing.
 */
final class HoleFinder {
    /** A shorter hole is not worth a chunk of its own. */
    static final int LEAST_HOLE_BYTES = 4096;

    private static final int MOST_SKIPPED = 64;

    /** So much of an answer's time is borne by each request that goes without one: a few per cent of what a request costs. */
    private static final int SHARE_NANOS = 50;

    /** What takes less is borne by {@link #MOST_SKIPPED} requests. */
    private static final int DEAR_NANOS = 20_000;

    private static final int MOST_SKIPPED_BY_COST = 1 << 20;

    private final BlockDevice device;
    private final LongSupplier nanoClock;
    private final ExtentVisitor visitor = this::extent;
    private int toSkip;
    private int skips;
    private long lastNanos;
    private boolean begun;
    private boolean zero;
    private long length;

    /** @param nanoClock as {@link System#nanoTime} */
    HoleFinder(BlockDevice device, LongSupplier nanoClock) {
        this.device = device;
        this.nanoClock = nanoClock;
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
        long began = nanoClock.getAsLong();
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
        long nanos = nanoClock.getAsLong() - began;
        // One that took long alone may only have been interrupted.
        toSkip = dense ? Math.max(skips, shares(Math.min(nanos, lastNanos))) : 0;
        lastNanos = dense ? nanos : 0;
        return Math.min(length, lengthBytes);
    }

    /** How many requests bear the cost of an answer; 0 where it hardly is one. */
    private static int shares(long nanos) {
        return nanos < DEAR_NANOS ? 0 : (int) Math.min(nanos / SHARE_NANOS, MOST_SKIPPED_BY_COST);
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
