package dev.ashlar.raid.engine;

import dev.ashlar.block.ExtentVisitor;
import dev.ashlar.raid.layout.StripedGeometry;
import dev.ashlar.raid.member.Member;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** RAID 0: each request goes straight to the members; there is nothing to lock and nothing to compute. */
public final class StripedEngine implements Engine {
    private final StripedGeometry geometry;
    private final EngineHost host;
    private final WorkPool<StripedExtents> extents;

    /** See the class. */
    public StripedEngine(StripedGeometry geometry, EngineHost host) {
        this.geometry = geometry;
        this.host = host;
        extents = new WorkPool<>(() -> new StripedExtents(geometry, host));
    }

    @Override
    public long arrayBytes() {
        return geometry.arrayBytes();
    }

    @Override
    public long stripeBytes() {
        return geometry.chunkBytes() * geometry.raidDisks();
    }

    @Override
    public void read(long offsetBytes, MemorySegment target, long targetOffset, long lengthBytes) throws IOException {
        for (long done = 0; done < lengthBytes; ) {
            long length = within(offsetBytes + done, lengthBytes - done);
            member(offsetBytes + done)
                    .read(memberOffset(offsetBytes + done), target, targetOffset + done, length);
            done += length;
        }
    }

    @Override
    public void write(long offsetBytes, MemorySegment source, long sourceOffset, long lengthBytes, boolean fua)
            throws IOException {
        for (long done = 0; done < lengthBytes; ) {
            long length = within(offsetBytes + done, lengthBytes - done);
            member(offsetBytes + done)
                    .write(memberOffset(offsetBytes + done), source, sourceOffset + done, length, fua);
            done += length;
        }
    }

    @Override
    public void writeZeroes(long offsetBytes, long lengthBytes, boolean mayUnmap, boolean fua) throws IOException {
        for (long done = 0; done < lengthBytes; ) {
            long length = within(offsetBytes + done, lengthBytes - done);
            member(offsetBytes + done).writeZeroes(memberOffset(offsetBytes + done), length, mayUnmap, fua);
            done += length;
        }
    }

    @Override
    public boolean zeroesFast(long offsetBytes, long lengthBytes, boolean mayUnmap) {
        return Hints.allZeroFast(host.roles(), mayUnmap);
    }

    @Override
    public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor) {
        StripedExtents walk = extents.take();
        try {
            walk.walk(offsetBytes, lengthBytes, visitor);
        } finally {
            extents.give(walk);
        }
    }

    /** There is no redundancy that could be less than whole, and no member that could be missing. */
    @Override
    public void redundancy(long offsetBytes, long lengthBytes, ExtentVisitor visitor) {
        visitor.extent(lengthBytes, 0);
    }

    @Override
    public void prefetch(long offsetBytes, long lengthBytes) {
        long most = Math.min(lengthBytes, Hints.MOST_PREFETCH_BYTES);
        for (long done = 0; done < most; ) {
            long length = within(offsetBytes + done, most - done);
            member(offsetBytes + done).prefetch(memberOffset(offsetBytes + done), length);
            done += length;
        }
    }

    private Member member(long arrayOffset) {
        return host.roles().member(geometry.role(arrayOffset / geometry.chunkBytes()));
    }

    private long memberOffset(long arrayOffset) {
        return geometry.memberOffset(arrayOffset / geometry.chunkBytes()) + arrayOffset % geometry.chunkBytes();
    }

    private long within(long arrayOffset, long lengthBytes) {
        return Math.min(geometry.chunkBytes() - arrayOffset % geometry.chunkBytes(), lengthBytes);
    }

    @Override
    public long syncStart(long offsetBytes, long lengthBytes) {
        return 0;
    }

    @Override
    public long syncEnd(long offsetBytes, long lengthBytes) {
        return 0;
    }

    @Override
    public long syncBytes() {
        return 0;
    }

    @Override
    public long unitBytes() {
        return geometry.chunkBytes();
    }

    @Override
    public long recoveryBytes() {
        return 0;
    }

    @Override
    public boolean resyncUnit(long unit) {
        throw new IllegalStateException("RAID 0 has nothing to resync, unit=" + unit);
    }

    @Override
    public long checkUnit(long unit, boolean repair) {
        throw new IllegalStateException("RAID 0 has nothing to check, unit=" + unit);
    }

    @Override
    public void recoverUnit(long unit) {
        throw new IllegalStateException("RAID 0 cannot recover, unit=" + unit);
    }

    @Override
    public boolean unitMarked(long unit, SyncRange marked) {
        return false;
    }

    @Override
    public boolean survivesWithout(long rolesMask) {
        return rolesMask == 0;
    }
}
