package dev.ashlar.raid.engine;

import dev.ashlar.block.ExtentVisitor;
import dev.ashlar.raid.MemberState;
import dev.ashlar.raid.Redundancy;
import dev.ashlar.raid.layout.MirrorGeometry;
import dev.ashlar.raid.member.Member;

/**
 * How well each part of a RAID 1 or 10 is protected, from memory alone. Walks from one change of state to the next, in
 * single chunks only where some copy is missing. Reused; belongs to one thread at a time.
 */
final class MirrorRedundancy {
    private final MirrorGeometry geometry;
    private final EngineHost host;
    private final Agreement agreement;
    private final ExtentRun run = new ExtentRun();
    private long lastChunk;
    /** The first chunk at which looking at many at once may be of use. */
    private long nextRun;
    private long length;
    private long flags;

    MirrorRedundancy(MirrorGeometry geometry, EngineHost host) {
        this.geometry = geometry;
        this.host = host;
        agreement = new Agreement(host);
    }

    /** The range lies inside the array and is not empty; the visitor is given flags of {@link Redundancy}. */
    void walk(long offsetBytes, long lengthBytes, ExtentVisitor visitor) {
        long end = offsetBytes + lengthBytes;
        lastChunk = (end - 1) / geometry.chunkBytes();
        nextRun = 0;
        run.start(visitor);
        agreement.forget();
        boolean more = true;
        for (long at = offsetBytes; at < end && more; at += length) {
            long chunk = at / geometry.chunkBytes();
            long inChunk = at % geometry.chunkBytes();
            if (inChunk != 0 || chunk < nextRun || !lookAtChunks(chunk)) {
                lookAtCopies(chunk, inChunk, at);
            }
            length = Math.min(length, end - at);
            more = run.add(length, flags);
        }
        run.finish();
    }

    /** Finds chunks of which the same is so. False if some copy is missing there and chunks have different roles. */
    private boolean lookAtChunks(long chunk) {
        RoleTable table = host.roles();
        long chunks = lastChunk - chunk + 1;
        boolean whole = true;
        for (int copy = 0; copy < geometry.copies(); copy++) {
            long start = geometry.copyMemberOffset(chunk, copy);
            long end = Long.MAX_VALUE;
            for (int role = 0; role < geometry.raidDisks(); role++) {
                Member member = table.member(role);
                end = member == null ? end : Math.min(end, member.nextChange(start));
                whole &= member != null && member.readable(start, 1);
            }
            chunks = Math.min(chunks, geometry.chunksBefore(end, chunk, lastChunk, copy));
        }
        nextRun = chunk + Math.max(1, chunks);
        if (chunks == 0 || !whole && !(geometry.everyRoleHasAll() && geometry.besideOneAnother())) {
            return false;
        }
        lookAtCopies(chunk, 0, chunk * geometry.chunkBytes());
        long agreedChunks = (agreement.end() - chunk * geometry.chunkBytes()) / geometry.chunkBytes();
        if (agreedChunks > 0) {
            length = Math.min(chunks, agreedChunks) * geometry.chunkBytes();
            nextRun = chunk + Math.min(chunks, agreedChunks);
        }
        return true;
    }

    /** Finds what is so of one chunk, or of its first part. */
    private void lookAtCopies(long chunk, long inChunk, long syncOffset) {
        RoleTable table = host.roles();
        boolean agreed = agreement.at(syncOffset);
        boolean rebuilding = !agreed && host.resyncing(syncOffset);
        int readable = 0;
        length = Math.min(geometry.chunkBytes() - inChunk, agreement.end() - syncOffset);
        for (int copy = 0; copy < geometry.copies(); copy++) {
            Member member = table.member(geometry.copyRole(chunk, copy));
            if (member == null) {
                continue;
            }
            long start = geometry.copyMemberOffset(chunk, copy) + inChunk;
            length = Math.min(length, member.nextChange(start) - start);
            if (member.readable(start, 1)) {
                readable++;
            } else {
                rebuilding |= member.state() == MemberState.RECOVERING && member.recoveredBytes() <= start
                        && host.recovers();
            }
        }
        if (readable == 0) {
            flags = Redundancy.DEGRADED | Redundancy.LOST;
        } else if (readable == geometry.copies() && agreed) {
            flags = 0;
        } else {
            flags = rebuilding ? Redundancy.DEGRADED | Redundancy.REBUILDING : Redundancy.DEGRADED;
        }
    }
}
