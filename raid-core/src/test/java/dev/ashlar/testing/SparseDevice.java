package dev.ashlar.testing;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.block.ExtentVisitor;
import dev.ashlar.block.FilterDevice;
import dev.ashlar.block.Ranges;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A device that knows which of its 4 KiB blocks are allocated, as a file system does. Begins as one hole. If told to, it
 * makes holes of zeroes that are written, as compressing file systems do. Counts how often it is asked. Thread-safe.
 */
public final class SparseDevice extends FilterDevice {
    private static final int BLOCK = 4096;
    private static final MemorySegment ZEROES = MemorySegment.ofArray(new byte[BLOCK]);

    private final BitSet allocated = new BitSet();
    private final boolean findsZeroes;
    private final AtomicLong asked = new AtomicLong();
    private volatile Runnable afterAnswer = () -> {};
    private volatile boolean fast;

    public SparseDevice(BlockDevice below, boolean findsZeroes) {
        super(below);
        this.findsZeroes = findsZeroes;
    }

    /** How often extents were asked for. */
    public long asked() {
        return asked.get();
    }

    /** Is run once, after the next answer about extents. */
    public void afterNextAnswer(Runnable once) {
        afterAnswer = once;
    }

    /** What it says of fast zeroes from now on. */
    public void zeroesFast(boolean says) {
        fast = says;
    }

    @Override
    public boolean zeroesFast(long offsetBytes, long lengthBytes, boolean mayUnmap) {
        Ranges.checkDevice(offsetBytes, lengthBytes, sizeBytes());
        return fast;
    }

    @Override
    public void write(long offsetBytes, MemorySegment source, long sourceOffset, long lengthBytes, boolean fua)
            throws IOException {
        Ranges.checkSource(source, sourceOffset, lengthBytes);
        synchronized (allocated) {
            below.write(offsetBytes, source, sourceOffset, lengthBytes, fua);
            if (lengthBytes > 0) {
                allocated.set((int) (offsetBytes / BLOCK), (int) ((offsetBytes + lengthBytes - 1) / BLOCK) + 1);
            }
            if (findsZeroes && isZero(source, sourceOffset, lengthBytes)) {
                free(offsetBytes, lengthBytes);
            }
        }
    }

    @Override
    public void trim(long offsetBytes, long lengthBytes, boolean fua) throws IOException {
        synchronized (allocated) {
            below.trim(offsetBytes, lengthBytes, fua);
            free(offsetBytes, lengthBytes);
        }
    }

    @Override
    public void writeZeroes(long offsetBytes, long lengthBytes, boolean mayUnmap, boolean fua) throws IOException {
        synchronized (allocated) {
            below.writeZeroes(offsetBytes, lengthBytes, mayUnmap, fua);
            if (mayUnmap) {
                free(offsetBytes, lengthBytes);
            } else if (lengthBytes > 0) {
                allocated.set((int) (offsetBytes / BLOCK), (int) ((offsetBytes + lengthBytes - 1) / BLOCK) + 1);
            }
        }
    }

    @Override
    public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor) throws IOException {
        Ranges.checkDevice(offsetBytes, lengthBytes, sizeBytes());
        asked.incrementAndGet();
        long end = offsetBytes + lengthBytes;
        for (long at = offsetBytes; at < end;) {
            boolean data;
            long next;
            synchronized (allocated) {
                int block = (int) (at / BLOCK);
                data = allocated.get(block);
                int change = data ? allocated.nextClearBit(block) : allocated.nextSetBit(block);
                next = change < 0 ? end : Math.min((long) change * BLOCK, end);
            }
            Runnable once = afterAnswer;
            afterAnswer = () -> {};
            once.run();
            if (!visitor.extent(next - at, data ? 0 : ExtentVisitor.HOLE | ExtentVisitor.ZERO)) {
                return;
            }
            at = next;
        }
    }

    private void free(long offsetBytes, long lengthBytes) {
        int from = (int) ((offsetBytes + BLOCK - 1) / BLOCK);
        int to = (int) ((offsetBytes + lengthBytes) / BLOCK);
        if (from < to) {
            allocated.clear(from, to);
        }
    }

    private static boolean isZero(MemorySegment source, long from, long length) {
        for (long at = from; at < from + length; at += ZEROES.byteSize()) {
            long count = Math.min(ZEROES.byteSize(), from + length - at);
            if (MemorySegment.mismatch(source, at, at + count, ZEROES, 0, count) >= 0) {
                return false;
            }
        }
        return true;
    }
}
