package dev.ashlar.raid.engine;

import dev.ashlar.raid.ArrayFailedException;
import dev.ashlar.raid.layout.ParityGeometry;
import dev.ashlar.raid.member.Member;
import java.io.IOException;

/**
 * Zeroes whole stripes member by member: the parity of zeroes is zero. Neighbouring stripes are zeroed in one go, all of
 * them locked, with one call to each member.
 */
final class ParityZeroer {
    /** Bytes of each member at a time where they have to be written: others wait for these stripes so long. */
    private static final long WRITTEN_BYTES = 1 << 20;
    private static final long FREED_BYTES = 256 << 20;
    /** A quarter of the locks. */
    private static final long MOST_STRIPES = 256;

    private final ParityGeometry geometry;
    private final EngineHost host;
    private final StripeLocks locks;
    private final WorkPool<ParityEngine.Work> pool;

    ParityZeroer(ParityGeometry geometry, EngineHost host, StripeLocks locks, WorkPool<ParityEngine.Work> pool) {
        this.geometry = geometry;
        this.host = host;
        this.locks = locks;
        this.pool = pool;
    }

    /** Zeroes some stripes from the first on, at most the given number; returns how many. */
    long zero(long stripe, long most, boolean mayUnmap, boolean fua) throws IOException {
        long batch = most == 1 ? 1 : batch(stripe, most, mayUnmap);
        locks.lockAll(stripe, batch);
        ParityEngine.Work work = pool.take();
        try {
            zeroLocked(work.writes(), stripe * geometry.chunkBytes(), batch * geometry.chunkBytes(), mayUnmap, fua);
        } finally {
            pool.give(work);
            locks.unlockAll(stripe, batch);
        }
        return batch;
    }

    private long batch(long stripe, long most, boolean mayUnmap) {
        long bytes = fast(stripe, most, mayUnmap) ? FREED_BYTES : WRITTEN_BYTES;
        return Math.clamp(bytes / geometry.chunkBytes(), 1, Math.min(most, MOST_STRIPES));
    }

    /** Whether every member zeroes these stripes without writing them. */
    boolean fast(long stripe, long stripes, boolean mayUnmap) {
        RoleTable table = host.roles();
        for (int role = 0; role < table.size(); role++) {
            Member member = table.member(role);
            if (member != null
                    && !member.zeroesFast(stripe * geometry.chunkBytes(), stripes * geometry.chunkBytes(), mayUnmap)) {
                return false;
            }
        }
        return true;
    }

    private void zeroLocked(MemberWrites writes, long memberOffset, long length, boolean mayUnmap, boolean fua)
            throws IOException {
        RoleTable table = host.roles();
        writes.start();
        for (int role = 0; role < table.size(); role++) {
            if (!writes.zero(table, role, memberOffset, length, mayUnmap, fua)) {
                break;
            }
        }
        try {
            writes.finish();
        } catch (ArrayFailedException e) {
            host.torn(memberOffset, length);
            throw e;
        }
        if (writes.noSpace() != null) {
            host.torn(memberOffset, length);
            throw writes.noSpace();
        }
        host.agrees(memberOffset, length);
    }
}
