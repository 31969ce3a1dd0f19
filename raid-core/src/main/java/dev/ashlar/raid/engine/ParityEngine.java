package dev.ashlar.raid.engine;

import dev.ashlar.block.DeviceException;
import dev.ashlar.block.ExtentVisitor;
import dev.ashlar.raid.ArrayFailedException;
import dev.ashlar.raid.layout.ParityGeometry;
import dev.ashlar.raid.member.Member;
import dev.ashlar.raid.parity.Parity;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.ReentrantLock;

/**
 * RAID 4, 5 and 6.
 *
 * <p>Invariants: a stripe's parity changes only under the stripe's lock, together with its data. A block is computed from
 * parity only where {@link EngineHost#consistent} says that parity agrees. Lost beyond redundancy means an error, never
 * other bytes.
 */
public final class ParityEngine implements Engine {
    private static final int LOCKS = 1024;
    private static final int SMALLEST_BLOCK_BYTES = 4096;
    private static final MemorySegment ZEROES = Arena.global().allocate(1 << 20, 4096);

    private final ParityGeometry geometry;
    private final EngineHost host;
    private final StripeLocks locks = new StripeLocks(LOCKS);
    private final ParityWriter writer;
    private final FullStripeWriter fullWriter;
    private final ParitySync sync;
    private final ParityZeroer zeroer;
    private final WorkPool<ParityExtents> extents;
    private final WorkPool<ParityRedundancy> redundancy;
    private final WorkPool<Work> pool;
    private final WorkPool<MemorySegment> staging;

    /** What a thread needs while it works on a stripe. */
    record Work(Column column, MemberWrites writes) {}

    /** @param parity the kernels to use */
    public ParityEngine(ParityGeometry geometry, Parity parity, EngineHost host) {
        this.geometry = geometry;
        this.host = host;
        writer = new ParityWriter(geometry, host);
        fullWriter = new FullStripeWriter(geometry, host);
        pool = new WorkPool<>(
                () -> new Work(new Column(geometry, parity, host), new MemberWrites(host, geometry.raidDisks())));
        sync = new ParitySync(geometry, host, locks, pool);
        zeroer = new ParityZeroer(geometry, host, locks, pool);
        extents = new WorkPool<>(() -> new ParityExtents(geometry, host, locks));
        redundancy = new WorkPool<>(() -> new ParityRedundancy(geometry, host));
        staging = new WorkPool<>(() -> Arena.ofAuto().allocate(1 << 20, 4096));
    }

    @Override
    public long arrayBytes() {
        return geometry.arrayBytes();
    }

    @Override
    public long stripeBytes() {
        return geometry.stripeDataBytes();
    }

    @Override
    public void read(long offsetBytes, MemorySegment target, long targetOffset, long lengthBytes) throws IOException {
        long chunkBytes = geometry.chunkBytes();
        long at = offsetBytes;
        long end = offsetBytes + lengthBytes;
        while (at < end) {
            long chunk = at >> geometry.chunkShift();
            long stripe = chunk / geometry.dataDisks();
            long chunkOffset = at & chunkBytes - 1;
            long length = Math.min(chunkBytes - chunkOffset, end - at);
            readChunk(stripe, (int) (chunk - stripe * geometry.dataDisks()), chunkOffset, target,
                    targetOffset + at - offsetBytes, length);
            at += length;
        }
    }

    private void readChunk(
            long stripe, int index, long chunkOffset, MemorySegment target, long targetOffset, long length)
            throws IOException {
        long memberOffset = stripe * geometry.chunkBytes() + chunkOffset;
        Member member = host.roles().member(geometry.dataRole(stripe, index));
        if (member != null && member.readable(memberOffset, length)) {
            try {
                member.read(memberOffset, target, targetOffset, length);
                return;
            } catch (IOException _) {
                // Read again below, under the stripe's lock, where the failure is counted and mended.
            }
        }
        ReentrantLock lock = locks.lock(stripe);
        Work work = pool.take();
        try {
            for (long done = 0; done < length; ) {
                int tile = (int) Math.min(Column.TILE_BYTES, length - done);
                readColumn(work.column(), stripe, index, chunkOffset + done, target, targetOffset + done, tile);
                done += tile;
            }
        } finally {
            pool.give(work);
            lock.unlock();
        }
    }

    /** Reads or computes a block; where that fails, tries its smallest parts, so that only what is lost is refused. */
    private void readColumn(
            Column column, long stripe, int index, long chunkOffset, MemorySegment target, long targetOffset, int length)
            throws IOException {
        column.start(stripe, chunkOffset, length);
        int role = column.dataRole(index);
        if (column.load(role) || column.restoreData()) {
            MemorySegment.copy(column.memory(), column.slot(role), target, targetOffset, length);
            column.mendData();
            return;
        }
        if (length <= SMALLEST_BLOCK_BYTES) {
            throw lost(column, stripe, index, chunkOffset);
        }
        for (int done = 0; done < length; ) {
            int part = Math.min(SMALLEST_BLOCK_BYTES, length - done);
            readColumn(column, stripe, index, chunkOffset + done, target, targetOffset + done, part);
            done += part;
        }
    }

    private ArrayFailedException lost(Column column, long stripe, int index, long chunkOffset) {
        long arrayOffset = (stripe * geometry.dataDisks() + index) * geometry.chunkBytes() + chunkOffset;
        String why = column.consistent()
                ? "more members are lost or unreadable here than " + geometry.level() + " can bear"
                : "a member is lost, and the parity here was not in sync";
        ArrayFailedException e = new ArrayFailedException(host.name(), "read", arrayOffset, column.length(), why);
        DeviceException cause = column.anyFailure();
        if (cause != null) {
            e.initCause(cause);
        }
        return e;
    }

    @Override
    public void write(long offsetBytes, MemorySegment source, long sourceOffset, long lengthBytes, boolean fua)
            throws IOException {
        if (source.isNative() && !source.isMapped()) {
            writeNative(offsetBytes, source, sourceOffset, lengthBytes, fua);
            return;
        }
        MemorySegment staged = staging.take();
        try {
            for (long done = 0; done < lengthBytes; ) {
                long part = Math.min(staged.byteSize(), lengthBytes - done);
                MemorySegment.copy(source, sourceOffset + done, staged, 0, part);
                writeNative(offsetBytes + done, staged, 0, part, fua);
                done += part;
            }
        } finally {
            staging.give(staged);
        }
    }

    private void writeNative(long offsetBytes, MemorySegment source, long sourceOffset, long lengthBytes, boolean fua)
            throws IOException {
        long stripeBytes = geometry.stripeDataBytes();
        long at = offsetBytes;
        long end = offsetBytes + lengthBytes;
        while (at < end) {
            long stripe = stripeOf(at);
            long length = Math.min((stripe + 1) * stripeBytes, end) - at;
            ReentrantLock lock = locks.lock(stripe);
            Work work = pool.take();
            try {
                long start = at - stripe * stripeBytes;
                writeStripe(work, stripe, start, source, sourceOffset + at - offsetBytes, length, fua);
            } finally {
                pool.give(work);
                lock.unlock();
            }
            at += length;
        }
    }

    /**
     * Cuts a write of one stripe into at most three bands of columns, in each of which every data block is either wholly
     * overwritten or not touched.
     */
    private void writeStripe(
            Work work, long stripe, long start, MemorySegment source, long sourceOffset, long length, boolean fua)
            throws IOException {
        long chunkBytes = geometry.chunkBytes();
        int first = (int) (start >> geometry.chunkShift());
        int last = (int) (start + length - 1 >> geometry.chunkShift());
        long head = start & chunkBytes - 1;
        long tail = (start + length - 1 & chunkBytes - 1) + 1;
        long blockZero = sourceOffset - start;
        if (first == last) {
            writeBand(work, stripe, head, tail, first, last, source, blockZero, fua);
            return;
        }
        long low = Math.min(head, tail);
        long high = Math.max(head, tail);
        writeBand(work, stripe, 0, low, first + 1, last, source, blockZero, fua);
        if (head < tail) {
            writeBand(work, stripe, low, high, first, last, source, blockZero, fua);
        } else {
            writeBand(work, stripe, low, high, first + 1, last - 1, source, blockZero, fua);
        }
        writeBand(work, stripe, high, chunkBytes, first, last - 1, source, blockZero, fua);
    }

    /** @param blockZero where data block 0 of the stripe would begin in the source, were it all there */
    private void writeBand(
            Work work,
            long stripe,
            long from,
            long to,
            int first,
            int last,
            MemorySegment source,
            long blockZero,
            boolean fua)
            throws IOException {
        if (first > last || from >= to) {
            return;
        }
        if (last - first + 1 == geometry.dataDisks()) {
            work.column().start(stripe, from, (int) (to - from));
            fullWriter.write(work.column(), work.writes(), source, blockZero + from, fua);
            return;
        }
        for (long at = from; at < to; ) {
            int length = (int) Math.min(Column.TILE_BYTES, to - at);
            work.column().start(stripe, at, length);
            writer.write(work.column(), work.writes(), first, last, source,
                    blockZero + first * geometry.chunkBytes() + at, fua);
            at += length;
        }
    }

    @Override
    public void writeZeroes(long offsetBytes, long lengthBytes, boolean mayUnmap, boolean fua) throws IOException {
        long stripeBytes = geometry.stripeDataBytes();
        long at = offsetBytes;
        long end = offsetBytes + lengthBytes;
        while (at < end) {
            long length = Math.min((at / stripeBytes + 1) * stripeBytes, end) - at;
            if (length == stripeBytes) {
                length *= zeroer.zero(at / stripeBytes, (end - at) / stripeBytes, mayUnmap, fua);
            } else {
                length = Math.min(length, ZEROES.byteSize());
                writeNative(at, ZEROES, 0, length, fua);
            }
            at += length;
        }
    }

    /** What is no whole stripe is read and written; so that counts as fast only where it is a quarter at most. */
    @Override
    public boolean zeroesFast(long offsetBytes, long lengthBytes, boolean mayUnmap) {
        long stripeBytes = geometry.stripeDataBytes();
        long first = Math.ceilDiv(offsetBytes, stripeBytes);
        long stripes = (offsetBytes + lengthBytes) / stripeBytes - first;
        return stripes > 0 && stripes * stripeBytes >= lengthBytes - lengthBytes / 4
                && zeroer.fast(first, stripes, mayUnmap);
    }

    @Override
    public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor) {
        ParityExtents walk = extents.take();
        try {
            walk.walk(offsetBytes, lengthBytes, visitor);
        } finally {
            extents.give(walk);
        }
    }

    @Override
    public void redundancy(long offsetBytes, long lengthBytes, ExtentVisitor visitor) {
        ParityRedundancy walk = redundancy.take();
        try {
            walk.walk(offsetBytes, lengthBytes, visitor);
        } finally {
            redundancy.give(walk);
        }
    }

    @Override
    public void prefetch(long offsetBytes, long lengthBytes) {
        Hints.prefetch(geometry, host.roles(), offsetBytes, Math.min(lengthBytes, Hints.MOST_PREFETCH_BYTES));
    }

    @Override
    public long syncStart(long offsetBytes, long lengthBytes) {
        long chunkBytes = geometry.chunkBytes();
        long inChunk = inOneChunk(offsetBytes, lengthBytes) ? offsetBytes & chunkBytes - 1 : 0;
        return stripeOf(offsetBytes) * chunkBytes + inChunk;
    }

    @Override
    public long syncEnd(long offsetBytes, long lengthBytes) {
        if (inOneChunk(offsetBytes, lengthBytes)) {
            return syncStart(offsetBytes, lengthBytes) + lengthBytes;
        }
        return (stripeOf(offsetBytes + lengthBytes - 1) + 1) * geometry.chunkBytes();
    }

    private boolean inOneChunk(long offsetBytes, long lengthBytes) {
        return (offsetBytes ^ offsetBytes + lengthBytes - 1) < geometry.chunkBytes();
    }

    /** A chunk is a power of two, so one division is enough, and by a small number. */
    private long stripeOf(long offsetBytes) {
        return (offsetBytes >> geometry.chunkShift()) / geometry.dataDisks();
    }

    @Override
    public long syncBytes() {
        return geometry.stripes() * geometry.chunkBytes();
    }

    @Override
    public long unitBytes() {
        return geometry.chunkBytes();
    }

    @Override
    public long recoveryBytes() {
        return syncBytes();
    }

    @Override
    public boolean resyncUnit(long unit) throws IOException {
        return sync.resync(unit);
    }

    @Override
    public long checkUnit(long unit, boolean repair) throws IOException {
        return sync.check(unit, repair);
    }

    @Override
    public void recoverUnit(long unit) throws IOException {
        sync.recover(unit);
    }

    @Override
    public boolean unitMarked(long unit, SyncRange marked) {
        return marked.test(unit * geometry.chunkBytes(), geometry.chunkBytes());
    }

    @Override
    public boolean survivesWithout(long rolesMask) {
        return Long.bitCount(rolesMask) <= geometry.parityDisks();
    }
}
