package dev.ashlar.raid.engine;

import dev.ashlar.block.DeviceException;
import dev.ashlar.block.DeviceShrunkException;
import dev.ashlar.raid.ArrayFailedException;
import dev.ashlar.raid.MemberState;
import dev.ashlar.raid.layout.MirrorGeometry;
import dev.ashlar.raid.member.Member;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.ReentrantLock;

/** Background passes over copies, and the slow half of reading them. Each chunk is handled under its lock. */
final class MirrorSync {
    private static final int BLOCK_BYTES = 4096;
    private static final int BLOCK_SECTORS = BLOCK_BYTES / 512;

    private final MirrorGeometry geometry;
    private final EngineHost host;
    private final StripeLocks locks;
    private final WorkPool<MirrorEngine.Work> pool;

    MirrorSync(MirrorGeometry geometry, EngineHost host, StripeLocks locks, WorkPool<MirrorEngine.Work> pool) {
        this.geometry = geometry;
        this.host = host;
        this.locks = locks;
        this.pool = pool;
    }

    /** The end of what any role holds of the array. */
    long recoveryBytes() {
        long end = 0;
        long chunks = Math.ceilDiv(geometry.arrayBytes(), geometry.chunkBytes());
        for (long chunk = Math.max(0, chunks - geometry.raidDisks()); chunk < chunks; chunk++) {
            for (int copy = 0; copy < geometry.copies(); copy++) {
                end = Math.max(end, geometry.copyMemberOffset(chunk, copy) + chunkLength(chunk));
            }
        }
        return end;
    }

    long chunkLength(long chunk) {
        return Math.min(geometry.chunkBytes(), geometry.arrayBytes() - chunk * geometry.chunkBytes());
    }

    /** What is done with each tile of a chunk; returns sectors that did not agree. */
    private interface TileTask {
        long run(MirrorEngine.Work work, long chunk, long chunkOffset, int length) throws IOException;
    }

    private long overTiles(long chunk, long chunkOffset, long length, TileTask task) throws IOException {
        ReentrantLock lock = locks.lock(chunk);
        MirrorEngine.Work work = pool.take();
        try {
            long sectors = 0;
            for (long done = 0; done < length; ) {
                int tile = (int) Math.min(MirrorEngine.Work.TILE_BYTES, length - done);
                sectors += task.run(work, chunk, chunkOffset + done, tile);
                done += tile;
            }
            return sectors;
        } finally {
            pool.give(work);
            lock.unlock();
        }
    }

    /** Reads block by block from whatever copy gives each, after no copy could give the whole. */
    void readPieces(
            long chunk, long chunkOffset, MemorySegment target, long targetOffset, long length, DeviceException cause)
            throws IOException {
        for (long done = 0; done < length; ) {
            int part = (int) Math.min(BLOCK_BYTES, length - done);
            long at = chunkOffset + done;
            long to = targetOffset + done;
            overTiles(chunk, at, part, (work, _, _, _) -> {
                if (!mendTile(work, chunk, at, part)) {
                    throw lost(chunk, at, part, cause);
                }
                MemorySegment.copy(work.memory(), MirrorEngine.Work.FIRST, target, to, part);
                return 0;
            });
            done += part;
        }
    }

    private ArrayFailedException lost(long chunk, long chunkOffset, long length, DeviceException cause) {
        ArrayFailedException e = new ArrayFailedException(host.name(), "read",
                chunk * geometry.chunkBytes() + chunkOffset, length, "no copy of it can be read");
        if (cause != null) {
            e.initCause(cause);
        }
        return e;
    }

    /** Rewrites copies that could not be read from one that can. */
    void mend(long chunk, long chunkOffset, long length) throws IOException {
        overTiles(chunk, chunkOffset, length, (work, c, at, tile) -> {
            mendTile(work, c, at, tile);
            return 0;
        });
    }

    /** Brings the content into the first tile and mends copies whose read fails on the way. False if no copy reads. */
    private boolean mendTile(MirrorEngine.Work work, long chunk, long chunkOffset, int length) {
        RoleTable table = host.roles();
        int good = readFirst(work, table, chunk, chunkOffset, length);
        if (good < 0) {
            return false;
        }
        for (int copy = 0; copy < geometry.copies(); copy++) {
            int role = geometry.copyRole(chunk, copy);
            long memberOffset = geometry.copyMemberOffset(chunk, copy) + chunkOffset;
            if (copy == good || !table.readable(role, memberOffset, length)) {
                continue;
            }
            Member member = table.member(role);
            try {
                member.read(memberOffset, work.memory(), MirrorEngine.Work.SECOND, length);
            } catch (IOException e) {
                member.countReadError();
                ReadMender.mend(host, member, member.describe("read", memberOffset, length, e), memberOffset,
                        work.memory(), MirrorEngine.Work.FIRST, MirrorEngine.Work.SECOND, length);
            }
        }
        return true;
    }

    /** The number of the first copy that can be read, now in the first tile; -1 if there is none. */
    private int readFirst(MirrorEngine.Work work, RoleTable table, long chunk, long chunkOffset, int length) {
        for (int copy = 0; copy < geometry.copies(); copy++) {
            int role = geometry.copyRole(chunk, copy);
            long memberOffset = geometry.copyMemberOffset(chunk, copy) + chunkOffset;
            if (!table.readable(role, memberOffset, length)) {
                continue;
            }
            try {
                table.member(role).read(memberOffset, work.memory(), MirrorEngine.Work.FIRST, length);
                return copy;
            } catch (DeviceShrunkException e) {
                host.memberFailedIfBearable(table.member(role), e);
            } catch (IOException _) {
                // The next copy is asked; whoever mends reads this one again and counts the failure.
            }
        }
        return -1;
    }

    /** Copies the first copy over those that differ. False if some of the chunk cannot be read from any. */
    boolean resync(long chunk) throws IOException {
        return overTiles(chunk, 0, chunkLength(chunk), (work, c, at, length) -> {
            long lost = length;
            if (compareTile(work, c, at, length, true) >= 0) {
                lost = 0;
            } else if (length > BLOCK_BYTES) {
                lost = 0;
                for (int done = 0; done < length; done += BLOCK_BYTES) {
                    int part = Math.min(BLOCK_BYTES, length - done);
                    lost += compareTile(work, c, at + done, part, true) >= 0 ? 0 : part;
                }
            }
            if (lost == 0) {
                host.agrees(c * geometry.chunkBytes() + at, length);
            }
            return lost;
        }) == 0;
    }

    /** Compares copies with the first one, and copies it over those that differ if asked to; sectors that differed. */
    long compare(long chunk, boolean repair) throws IOException {
        return overTiles(chunk, 0, chunkLength(chunk),
                (work, c, at, length) -> {
                    long sectors = compareTile(work, c, at, length, repair);
                    if (sectors < 0) {
                        host.notCompared(length / 512);
                    }
                    return Math.max(0, sectors);
                });
    }

    /** Sectors that differed; -1 if no copy of the whole tile can be read. */
    private long compareTile(MirrorEngine.Work work, long chunk, long chunkOffset, int length, boolean repair)
            throws IOException {
        if (!mendTile(work, chunk, chunkOffset, length)) {
            return -1;
        }
        RoleTable table = host.roles();
        work.writes().start();
        boolean[] wrong = new boolean[Math.ceilDiv(length, BLOCK_BYTES)];
        for (int copy = 0; copy < geometry.copies(); copy++) {
            int role = geometry.copyRole(chunk, copy);
            long memberOffset = geometry.copyMemberOffset(chunk, copy) + chunkOffset;
            boolean differs;
            if (table.readable(role, memberOffset, length)) {
                table.member(role).read(memberOffset, work.memory(), MirrorEngine.Work.SECOND, length);
                differs = differs(work.memory(), length, wrong);
            } else {
                // What the bad-block log forbids to read can be written, and is good then.
                Member member = table.member(role);
                differs = member != null && member.state() == MemberState.IN_SYNC;
            }
            if (differs && repair) {
                work.writes().write(table, role, memberOffset, work.memory(), MirrorEngine.Work.FIRST, length, false);
            }
        }
        finish(work);
        long sectors = 0;
        for (boolean block : wrong) {
            sectors += block ? BLOCK_SECTORS : 0;
        }
        return sectors;
    }

    private static boolean differs(MemorySegment memory, int length, boolean[] wrong) {
        boolean any = false;
        for (int at = 0; at < length; at += BLOCK_BYTES) {
            long end = Math.min(at + BLOCK_BYTES, length);
            if (MemorySegment.mismatch(memory, MirrorEngine.Work.FIRST + at, MirrorEngine.Work.FIRST + end, memory,
                    MirrorEngine.Work.SECOND + at, MirrorEngine.Work.SECOND + end) >= 0) {
                wrong[at / BLOCK_BYTES] = true;
                any = true;
            }
        }
        return any;
    }

    /** Fills this member chunk of every role that is recovering there. */
    void recover(long memberChunk) throws IOException {
        for (int role = 0; role < geometry.raidDisks(); role++) {
            long chunk = geometry.arrayChunkAt(role, memberChunk);
            if (chunk >= 0 && recovering(host.roles().member(role))) {
                int target = role;
                overTiles(chunk, 0, chunkLength(chunk), (work, c, at, length) -> {
                    recoverTile(work, c, at, length, target, memberChunk);
                    return 0;
                });
            }
        }
    }

    private void recoverTile(MirrorEngine.Work work, long chunk, long at, int length, int role, long memberChunk)
            throws IOException {
        RoleTable table = host.roles();
        long memberOffset = memberChunk * geometry.chunkBytes() + at;
        Member member = table.member(role);
        if (!recovering(member) || member.readable(memberOffset, length)) {
            return;
        }
        if (!mendTile(work, chunk, at, length)) {
            if (length > BLOCK_BYTES) {
                for (int done = 0; done < length; done += BLOCK_BYTES) {
                    recoverTile(work, chunk, at + done, Math.min(BLOCK_BYTES, length - done), role, memberChunk);
                }
                return;
            }
            if (!host.addBadBlocks(member, memberOffset, length)) {
                throw new ArrayFailedException(host.name(), "recover", memberOffset, length,
                        "a block is lost and " + member.name() + " has no room to remember it as bad");
            }
            return;
        }
        work.writes().start();
        work.writes().fill(table, role, memberOffset, work.memory(), MirrorEngine.Work.FIRST, length);
        finish(work);
    }

    private static boolean recovering(Member member) {
        return member != null && member.state() == MemberState.RECOVERING;
    }

    private static void finish(MirrorEngine.Work work) throws IOException {
        work.writes().finish();
        if (work.writes().noSpace() != null) {
            throw work.writes().noSpace();
        }
    }
}
