package dev.ashlar.raid.engine;

import dev.ashlar.block.DeviceException;
import dev.ashlar.block.ExtentVisitor;
import dev.ashlar.raid.ArrayFailedException;
import dev.ashlar.raid.layout.MirrorGeometry;
import dev.ashlar.raid.member.Member;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.ReentrantLock;

/**
 * RAID 1 and 10.
 *
 * <p>Invariants: all copies of a chunk are written under its lock, so that overlapping writes reach every copy in one
 * order. Where copies may differ ({@link EngineHost#consistent} is false), every read takes the first copy that can be
 * read, in role order, which is also the one a resync copies from.
 */
public final class MirrorEngine implements Engine {
    private static final int LOCKS = 1024;

    private final MirrorGeometry geometry;
    private final EngineHost host;
    private final StripeLocks locks = new StripeLocks(LOCKS);
    private final WorkPool<Work> pool;
    private final MirrorSync sync;
    private final WorkPool<MirrorExtents> extents;
    private final WorkPool<MirrorRedundancy> redundancy;

    /** Two tiles to copy and compare through, and the writes of a chunk. */
    record Work(MemorySegment memory, MemberWrites writes) {
        static final int TILE_BYTES = 64 * 1024;
        static final long FIRST = 0;
        static final long SECOND = TILE_BYTES;
    }

    /** See the class. */
    public MirrorEngine(MirrorGeometry geometry, EngineHost host) {
        this.geometry = geometry;
        this.host = host;
        pool = new WorkPool<>(() -> new Work(Arena.ofAuto().allocate(2 * Work.TILE_BYTES, 4096),
                new MemberWrites(host, geometry.raidDisks())));
        sync = new MirrorSync(geometry, host, locks, pool);
        extents = new WorkPool<>(() -> new MirrorExtents(geometry, host));
        redundancy = new WorkPool<>(() -> new MirrorRedundancy(geometry, host));
    }

    @Override
    public long arrayBytes() {
        return geometry.arrayBytes();
    }

    @Override
    public long stripeBytes() {
        return geometry.chunkBytes();
    }

    @Override
    public void read(long offsetBytes, MemorySegment target, long targetOffset, long lengthBytes) throws IOException {
        for (long done = 0; done < lengthBytes; ) {
            long at = offsetBytes + done;
            long length = within(at, lengthBytes - done);
            readChunk(at / geometry.chunkBytes(), at % geometry.chunkBytes(), target, targetOffset + done, length);
            done += length;
        }
    }

    private void readChunk(long chunk, long chunkOffset, MemorySegment target, long targetOffset, long length)
            throws IOException {
        RoleTable table = host.roles();
        int copies = geometry.copies();
        int start = host.consistent(chunk * geometry.chunkBytes() + chunkOffset, length) ? (int) (chunk % copies) : 0;
        DeviceException failure = null;
        for (int i = 0; i < copies; i++) {
            int copy = (start + i) % copies;
            int role = geometry.copyRole(chunk, copy);
            long memberOffset = geometry.copyMemberOffset(chunk, copy) + chunkOffset;
            if (!table.readable(role, memberOffset, length)) {
                continue;
            }
            Member member = table.member(role);
            try {
                member.read(memberOffset, target, targetOffset, length);
                if (failure != null) {
                    sync.mend(chunk, chunkOffset, length);
                }
                return;
            } catch (IOException e) {
                failure = member.describe("read", memberOffset, length, e);
            }
        }
        sync.readPieces(chunk, chunkOffset, target, targetOffset, length, failure);
    }

    @Override
    public void write(long offsetBytes, MemorySegment source, long sourceOffset, long lengthBytes, boolean fua)
            throws IOException {
        for (long done = 0; done < lengthBytes; ) {
            long at = offsetBytes + done;
            long length = within(at, lengthBytes - done);
            writeChunk(at / geometry.chunkBytes(), at % geometry.chunkBytes(), source, sourceOffset + done, length,
                    false, fua);
            done += length;
        }
    }

    @Override
    public void writeZeroes(long offsetBytes, long lengthBytes, boolean mayUnmap, boolean fua) throws IOException {
        for (long done = 0; done < lengthBytes; ) {
            long at = offsetBytes + done;
            long length = within(at, lengthBytes - done);
            writeChunk(at / geometry.chunkBytes(), at % geometry.chunkBytes(), null, 0, length, mayUnmap, fua);
            done += length;
        }
    }

    /** @param source null to write zeroes */
    private void writeChunk(
            long chunk,
            long chunkOffset,
            MemorySegment source,
            long sourceOffset,
            long length,
            boolean mayUnmap,
            boolean fua)
            throws IOException {
        ReentrantLock lock = locks.lock(chunk);
        Work work = pool.take();
        try {
            RoleTable table = host.roles();
            MemberWrites writes = work.writes();
            writes.start();
            boolean held = false;
            boolean room = true;
            for (int copy = 0; copy < geometry.copies() && room; copy++) {
                int role = geometry.copyRole(chunk, copy);
                long memberOffset = geometry.copyMemberOffset(chunk, copy) + chunkOffset;
                held |= table.member(role) != null;
                room = source == null
                        ? writes.zero(table, role, memberOffset, length, mayUnmap, fua)
                        : writes.write(table, role, memberOffset, source, sourceOffset, length, fua);
            }
            long syncOffset = chunk * geometry.chunkBytes() + chunkOffset;
            if (!held) {
                throw new ArrayFailedException(host.name(), "write", syncOffset, length, "no member holds a copy of it");
            }
            settle(writes, syncOffset, length);
        } finally {
            pool.give(work);
            lock.unlock();
        }
    }

    private void settle(MemberWrites writes, long syncOffset, long length) throws IOException {
        try {
            writes.finish();
        } catch (ArrayFailedException e) {
            host.torn(syncOffset, length);
            throw e;
        }
        if (writes.noSpace() != null) {
            host.torn(syncOffset, length);
            throw writes.noSpace();
        }
        host.agrees(syncOffset, length);
    }

    @Override
    public boolean zeroesFast(long offsetBytes, long lengthBytes, boolean mayUnmap) {
        return Hints.allZeroFast(host.roles(), mayUnmap);
    }

    @Override
    public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor) {
        MirrorExtents walk = extents.take();
        try {
            walk.walk(offsetBytes, lengthBytes, visitor);
        } finally {
            extents.give(walk);
        }
    }

    @Override
    public void redundancy(long offsetBytes, long lengthBytes, ExtentVisitor visitor) {
        MirrorRedundancy walk = redundancy.take();
        try {
            walk.walk(offsetBytes, lengthBytes, visitor);
        } finally {
            redundancy.give(walk);
        }
    }

    @Override
    public void prefetch(long offsetBytes, long lengthBytes) {
        long most = Math.min(lengthBytes, Hints.MOST_PREFETCH_BYTES);
        for (long done = 0; done < most; ) {
            long at = offsetBytes + done;
            long length = within(at, most - done);
            prefetchChunk(at / geometry.chunkBytes(), at % geometry.chunkBytes(), length);
            done += length;
        }
    }

    /** From the copy that a read would take. */
    private void prefetchChunk(long chunk, long chunkOffset, long length) {
        RoleTable table = host.roles();
        int copies = geometry.copies();
        int start = host.consistent(chunk * geometry.chunkBytes() + chunkOffset, length) ? (int) (chunk % copies) : 0;
        for (int i = 0; i < copies; i++) {
            int copy = (start + i) % copies;
            int role = geometry.copyRole(chunk, copy);
            long memberOffset = geometry.copyMemberOffset(chunk, copy) + chunkOffset;
            if (table.readable(role, memberOffset, length)) {
                table.member(role).prefetch(memberOffset, length);
                return;
            }
        }
    }

    private long within(long arrayOffset, long lengthBytes) {
        return Math.min(geometry.chunkBytes() - arrayOffset % geometry.chunkBytes(), lengthBytes);
    }

    @Override
    public long syncStart(long offsetBytes, long lengthBytes) {
        return offsetBytes;
    }

    @Override
    public long syncEnd(long offsetBytes, long lengthBytes) {
        return offsetBytes + lengthBytes;
    }

    @Override
    public long syncBytes() {
        return geometry.arrayBytes();
    }

    @Override
    public long unitBytes() {
        return geometry.chunkBytes();
    }

    @Override
    public long recoveryBytes() {
        return sync.recoveryBytes();
    }

    @Override
    public boolean resyncUnit(long unit) throws IOException {
        return sync.resync(unit);
    }

    @Override
    public long checkUnit(long unit, boolean repair) throws IOException {
        return sync.compare(unit, repair);
    }

    @Override
    public void recoverUnit(long unit) throws IOException {
        sync.recover(unit);
    }

    @Override
    public boolean unitMarked(long unit, SyncRange marked) {
        for (int role = 0; role < geometry.raidDisks(); role++) {
            long chunk = geometry.arrayChunkAt(role, unit);
            if (chunk >= 0 && marked.test(chunk * geometry.chunkBytes(), sync.chunkLength(chunk))) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean survivesWithout(long rolesMask) {
        return geometry.survives(rolesMask);
    }
}
