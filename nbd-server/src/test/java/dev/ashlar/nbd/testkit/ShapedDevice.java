package dev.ashlar.nbd.testkit;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.block.DeviceException;
import dev.ashlar.block.ExtentVisitor;
import dev.ashlar.block.FilterDevice;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** A device whose extents, lost blocks and best request size are what a test says. */
public final class ShapedDevice extends FilterDevice {
    public static final int BLOCK = 4096;

    private final NavigableMap<Long, Long> extents = new ConcurrentSkipListMap<>(Map.of(0L, 0L));
    private volatile BitSet lost = new BitSet();
    private volatile int optimalIoBytes = 4096;
    private volatile boolean zeroesFast;
    private volatile boolean extentsFail;

    public ShapedDevice(BlockDevice below) {
        super(below);
    }

    /** From {@code offset} to the next one named, the flags are these. */
    public ShapedDevice extent(long offset, long flags) {
        extents.put(offset, flags);
        return this;
    }

    /** Zeroes, and nothing allocated, from {@code offset} to {@code end}. */
    public ShapedDevice hole(long offset, long end) {
        return extent(offset, ExtentVisitor.HOLE | ExtentVisitor.ZERO).extent(end, 0);
    }

    /** These blocks of 4 KiB cannot be read. */
    public ShapedDevice lose(int... blocks) {
        BitSet next = (BitSet) lost.clone();
        for (int block : blocks) {
            next.set(block);
        }
        lost = next;
        return this;
    }

    public ShapedDevice optimal(int bytes) {
        optimalIoBytes = bytes;
        return this;
    }

    public ShapedDevice zeroesFast(boolean fast) {
        zeroesFast = fast;
        return this;
    }

    public ShapedDevice extentsFail(boolean fail) {
        extentsFail = fail;
        return this;
    }

    @Override
    public int optimalIoBytes() {
        return optimalIoBytes;
    }

    @Override
    public boolean zeroesFast(long offsetBytes, long lengthBytes, boolean mayUnmap) {
        return zeroesFast && mayUnmap;
    }

    @Override
    public void read(long offsetBytes, MemorySegment target, long targetOffset, long lengthBytes) throws IOException {
        int bad = lost.nextSetBit(Math.toIntExact(Math.min(offsetBytes / BLOCK, Integer.MAX_VALUE)));
        if (bad >= 0 && (long) bad * BLOCK < offsetBytes + lengthBytes) {
            throw new DeviceException("shaped", "read", offsetBytes, lengthBytes, "block " + bad + " is lost");
        }
        super.read(offsetBytes, target, targetOffset, lengthBytes);
    }

    @Override
    public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor) throws IOException {
        if (extentsFail) {
            throw new DeviceException("shaped", "extents", offsetBytes, lengthBytes, "nobody knows");
        }
        long end = offsetBytes + lengthBytes;
        for (long at = offsetBytes; at < end; ) {
            Long next = extents.higherKey(at);
            long stop = next == null ? end : Math.min(next, end);
            if (!visitor.extent(stop - at, extents.floorEntry(at).getValue())) {
                return;
            }
            at = stop;
        }
    }
}
