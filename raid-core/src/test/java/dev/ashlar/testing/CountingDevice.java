package dev.ashlar.testing;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.block.ExtentVisitor;
import dev.ashlar.block.FilterDevice;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.LongAdder;

/** Counts the calls that succeeded below it, and their bytes. Thread-safe. */
public final class CountingDevice extends FilterDevice {
    private final LongAdder[] calls = adders();
    private final LongAdder[] bytes = adders();
    private final LongAdder fua = new LongAdder();
    private final LongAdder evictions = new LongAdder();

    public CountingDevice(BlockDevice below) {
        super(below);
    }

    /** How many calls of one kind succeeded. */
    public long calls(Operation operation) {
        return calls[operation.ordinal()].sum();
    }

    /** How many bytes the calls of one kind were about; 0 for flushes. */
    public long bytes(Operation operation) {
        return bytes[operation.ordinal()].sum();
    }

    /** How many changing calls asked to be durable at once. */
    public long fuaCalls() {
        return fua.sum();
    }

    /** How many calls asked to drop cached content. */
    public long evictions() {
        return evictions.sum();
    }

    /** Begins again at zero. */
    public void reset() {
        for (Operation operation : Operation.values()) {
            calls[operation.ordinal()].reset();
            bytes[operation.ordinal()].reset();
        }
        fua.reset();
        evictions.reset();
    }

    @Override
    public void read(long offsetBytes, MemorySegment target, long targetOffset, long lengthBytes) throws IOException {
        below.read(offsetBytes, target, targetOffset, lengthBytes);
        count(Operation.READ, lengthBytes, false);
    }

    @Override
    public void write(long offsetBytes, MemorySegment source, long sourceOffset, long lengthBytes, boolean fua)
            throws IOException {
        below.write(offsetBytes, source, sourceOffset, lengthBytes, fua);
        count(Operation.WRITE, lengthBytes, fua);
    }

    @Override
    public void flush() throws IOException {
        below.flush();
        count(Operation.FLUSH, 0, false);
    }

    @Override
    public void trim(long offsetBytes, long lengthBytes, boolean fua) throws IOException {
        below.trim(offsetBytes, lengthBytes, fua);
        count(Operation.TRIM, lengthBytes, fua);
    }

    @Override
    public void writeZeroes(long offsetBytes, long lengthBytes, boolean mayUnmap, boolean fua) throws IOException {
        below.writeZeroes(offsetBytes, lengthBytes, mayUnmap, fua);
        count(Operation.WRITE_ZEROES, lengthBytes, fua);
    }

    @Override
    public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor) throws IOException {
        below.extents(offsetBytes, lengthBytes, visitor);
        count(Operation.EXTENTS, lengthBytes, false);
    }

    @Override
    public void evictCached(long offsetBytes, long lengthBytes) {
        below.evictCached(offsetBytes, lengthBytes);
        evictions.increment();
    }

    private void count(Operation operation, long lengthBytes, boolean durable) {
        calls[operation.ordinal()].increment();
        bytes[operation.ordinal()].add(lengthBytes);
        if (durable) {
            fua.increment();
        }
    }

    private static LongAdder[] adders() {
        LongAdder[] adders = new LongAdder[Operation.values().length];
        for (int i = 0; i < adders.length; i++) {
            adders[i] = new LongAdder();
        }
        return adders;
    }
}
