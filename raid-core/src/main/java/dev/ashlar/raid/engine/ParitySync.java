package dev.ashlar.raid.engine;

import dev.ashlar.raid.ArrayFailedException;
import dev.ashlar.raid.MemberState;
import dev.ashlar.raid.layout.ParityGeometry;
import dev.ashlar.raid.member.Member;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;

/** Background passes over stripes with parity, each stripe under its lock. */
final class ParitySync {
    private static final int BLOCK_BYTES = 4096;
    private static final int BLOCK_SECTORS = BLOCK_BYTES / 512;

    private final ParityGeometry geometry;
    private final EngineHost host;
    private final StripeLocks locks;
    private final WorkPool<ParityEngine.Work> pool;

    ParitySync(ParityGeometry geometry, EngineHost host, StripeLocks locks, WorkPool<ParityEngine.Work> pool) {
        this.geometry = geometry;
        this.host = host;
        this.locks = locks;
        this.pool = pool;
    }

    /** What is done with each column of a stripe; returns sectors that do not agree. */
    private interface ColumnTask {
        long run(ParityEngine.Work work, long stripe, long chunkOffset, int length) throws IOException;
    }

    boolean resync(long stripe) throws IOException {
        return overStripe(stripe, this::resyncColumn) == 0;
    }

    long check(long stripe, boolean repair) throws IOException {
        return overStripe(stripe, repair ? this::repairColumn : this::checkColumn);
    }

    void recover(long stripe) throws IOException {
        overStripe(stripe, this::recoverColumn);
    }

    private long overStripe(long stripe, ColumnTask task) throws IOException {
        ReentrantLock lock = locks.lock(stripe);
        ParityEngine.Work work = pool.take();
        try {
            long sectors = 0;
            for (long at = 0; at < geometry.chunkBytes(); ) {
                int length = (int) Math.min(Column.TILE_BYTES, geometry.chunkBytes() - at);
                sectors += task.run(work, stripe, at, length);
                at += length;
            }
            return sectors;
        } finally {
            pool.give(work);
            lock.unlock();
        }
    }

    /** Data is what it is; parity is made to agree. Returns what cannot be: where data can't be read. */
    private long resyncColumn(ParityEngine.Work work, long stripe, long chunkOffset, int length) throws IOException {
        Column column = work.column();
        column.start(stripe, chunkOffset, length);
        for (int index = 0; index < geometry.dataDisks(); index++) {
            if (!column.load(column.dataRole(index))) {
                return length / 512;
            }
        }
        column.pointAtTiles();
        if (!loadParity(column) || column.check(0, length) != 0) {
            column.generate();
            storeParity(work);
        }
        host.agrees(column.memberOffset(), length);
        return 0;
    }

    private long checkColumn(ParityEngine.Work work, long stripe, long chunkOffset, int length) throws IOException {
        return compare(work, stripe, chunkOffset, length, false);
    }

    private long repairColumn(ParityEngine.Work work, long stripe, long chunkOffset, int length) throws IOException {
        return compare(work, stripe, chunkOffset, length, true);
    }

    /** Reads everything, which finds and mends blocks that can't be read; then compares, if all of it could be read. */
    private long compare(ParityEngine.Work work, long stripe, long chunkOffset, int length, boolean repair)
            throws IOException {
        Column column = work.column();
        column.start(stripe, chunkOffset, length);
        int p = column.pRole();
        int q = column.qRole();
        boolean parityRead = loadParity(column);
        boolean dataRead = true;
        for (int index = 0; index < geometry.dataDisks(); index++) {
            dataRead &= column.load(column.dataRole(index));
        }
        if (dataRead && parityRead) {
            column.pointAtTiles();
            long sectors = mismatches(column, length);
            if (sectors > 0 && repair) {
                column.generate();
                storeParity(work);
            }
            return sectors;
        }
        host.notCompared(length / 512);
        column.reportShrunk();
        if ((column.anyFailure() != null || repair) && column.restoreData()) {
            column.mendData();
            column.pointAtTiles();
            column.generate();
            column.mend(p);
            if (q >= 0) {
                column.mend(q);
            }
            if (repair) {
                rewriteBadBlocks(work);
            }
        }
        return 0;
    }

    /** Blocks that were remembered as bad when nothing could tell them, and that now can be told. */
    private void rewriteBadBlocks(ParityEngine.Work work) throws IOException {
        Column column = work.column();
        work.writes().start();
        for (int role = 0; role < geometry.raidDisks(); role++) {
            Member member = column.table().member(role);
            if (member != null && member.state() == MemberState.IN_SYNC
                    && member.badAt(column.memberOffset(), column.length())) {
                work.writes().write(column.table(), role, column.memberOffset(), column.memory(), column.slot(role),
                        column.length(), false);
            }
        }
        finish(work);
    }

    private long mismatches(Column column, int length) {
        if (column.check(0, length) == 0) {
            return 0;
        }
        long sectors = 0;
        for (int at = 0; at < length; at += BLOCK_BYTES) {
            sectors += column.check(at, Math.min(BLOCK_BYTES, length - at)) == 0 ? 0 : BLOCK_SECTORS;
        }
        return sectors;
    }

    /** Computes what recovering members should hold here; in small parts where a whole tile cannot be had. */
    private long recoverColumn(ParityEngine.Work work, long stripe, long chunkOffset, int length) throws IOException {
        Column column = work.column();
        column.start(stripe, chunkOffset, length);
        long recovering = recoveringRoles(column);
        if (recovering == 0) {
            return 0;
        }
        if (!column.restoreData()) {
            if (length > BLOCK_BYTES) {
                for (int done = 0; done < length; done += BLOCK_BYTES) {
                    recoverColumn(work, stripe, chunkOffset + done, Math.min(BLOCK_BYTES, length - done));
                }
                return 0;
            }
            giveUp(column, recovering);
            return 0;
        }
        column.mendData();
        int p = column.pRole();
        int q = column.qRole();
        if ((recovering & parityMask(p, q)) != 0) {
            column.pointAtTiles();
            column.generate();
        }
        work.writes().start();
        for (int role = 0; role < geometry.raidDisks(); role++) {
            if ((recovering & 1L << role) != 0) {
                work.writes().fill(column.table(), role, column.memberOffset(), column.memory(), column.slot(role), length);
            }
        }
        finish(work);
        return 0;
    }

    private long recoveringRoles(Column column) {
        long mask = 0;
        for (int role = 0; role < geometry.raidDisks(); role++) {
            Member member = column.table().member(role);
            if (member != null && member.state() == MemberState.RECOVERING && !column.readable(role)) {
                mask |= 1L << role;
            }
        }
        return mask;
    }

    /** Nothing can tell this block: the members that should get it remember that it must not be read. */
    private void giveUp(Column column, long recovering) throws IOException {
        for (int role = 0; role < geometry.raidDisks(); role++) {
            if ((recovering & 1L << role) == 0) {
                continue;
            }
            Member member = column.table().member(role);
            if (!host.addBadBlocks(member, column.memberOffset(), column.length())) {
                throw new ArrayFailedException(host.name(), "recover", column.memberOffset(), column.length(),
                        "a block is lost and " + member.name() + " has no room to remember it as bad");
            }
        }
    }

    private boolean loadParity(Column column) {
        boolean p = column.load(column.pRole());
        int q = column.qRole();
        return (q < 0 || column.load(q)) && p;
    }

    private void storeParity(ParityEngine.Work work) throws IOException {
        Column column = work.column();
        work.writes().start();
        int p = column.pRole();
        int q = column.qRole();
        work.writes().write(column.table(), p, column.memberOffset(), column.memory(), column.slot(p), column.length(),
                false);
        if (q >= 0) {
            work.writes().write(column.table(), q, column.memberOffset(), column.memory(), column.slot(q),
                    column.length(), false);
        }
        finish(work);
    }

    private static void finish(ParityEngine.Work work) throws IOException {
        work.writes().finish();
        if (work.writes().noSpace() != null) {
            throw work.writes().noSpace();
        }
    }

    private static long parityMask(int p, int q) {
        return 1L << p | (q < 0 ? 0 : 1L << q);
    }
}
