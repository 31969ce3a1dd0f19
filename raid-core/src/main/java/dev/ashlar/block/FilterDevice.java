package dev.ashlar.block;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A device that hands every call to the one below it. Subclasses change what they are about and nothing else; a test
 * makes sure that no method of {@link BlockDevice} is left out here.
 */
public abstract class FilterDevice implements BlockDevice {
    /** The device below, which this one closes. */
    protected final BlockDevice below;

    protected FilterDevice(BlockDevice below) {
        this.below = Objects.requireNonNull(below, "below");
    }

    @Override
    public long sizeBytes() {
        return below.sizeBytes();
    }

    @Override
    public boolean readOnly() {
        return below.readOnly();
    }

    @Override
    public int optimalIoBytes() {
        return below.optimalIoBytes();
    }

    @Override
    public void read(long offsetBytes, MemorySegment target, long targetOffset, long lengthBytes) throws IOException {
        below.read(offsetBytes, target, targetOffset, lengthBytes);
    }

    /** Through this device's own {@link #read}, so that a subclass which has one sees every read. */
    @Override
    public void readBeforeWrite(long offsetBytes, MemorySegment target, long targetOffset, long lengthBytes)
            throws IOException {
        read(offsetBytes, target, targetOffset, lengthBytes);
    }

    @Override
    public void write(long offsetBytes, MemorySegment source, long sourceOffset, long lengthBytes, boolean fua)
            throws IOException {
        below.write(offsetBytes, source, sourceOffset, lengthBytes, fua);
    }

    @Override
    public void flush() throws IOException {
        below.flush();
    }

    @Override
    public void trim(long offsetBytes, long lengthBytes, boolean fua) throws IOException {
        below.trim(offsetBytes, lengthBytes, fua);
    }

    @Override
    public void writeZeroes(long offsetBytes, long lengthBytes, boolean mayUnmap, boolean fua) throws IOException {
        below.writeZeroes(offsetBytes, lengthBytes, mayUnmap, fua);
    }

    @Override
    public boolean zeroesFast(long offsetBytes, long lengthBytes, boolean mayUnmap) {
        return below.zeroesFast(offsetBytes, lengthBytes, mayUnmap);
    }

    @Override
    public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor) throws IOException {
        below.extents(offsetBytes, lengthBytes, visitor);
    }

    @Override
    public boolean isHole(long offsetBytes, long lengthBytes) throws IOException {
        return below.isHole(offsetBytes, lengthBytes);
    }

    @Override
    public void prefetch(long offsetBytes, long lengthBytes) {
        below.prefetch(offsetBytes, lengthBytes);
    }

    @Override
    public void checkSize() throws IOException {
        below.checkSize();
    }

    @Override
    public void evictCached(long offsetBytes, long lengthBytes) {
        below.evictCached(offsetBytes, lengthBytes);
    }

    @Override
    public void close() throws IOException {
        below.close();
    }

    @Override
    public String toString() {
        return getClass().getSimpleName() + "(" + below + ")";
    }
}
