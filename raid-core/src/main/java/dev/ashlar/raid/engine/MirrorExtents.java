package dev.ashlar.raid.engine;

import dev.ashlar.block.ExtentVisitor;
import dev.ashlar.raid.layout.MirrorGeometry;
import dev.ashlar.raid.member.Member;

/**
 * Where a RAID 1 or 10 reads as zeroes, from where its members do. Reused; belongs to one thread at a time.
 *
 * <p>Where copies agree, one copy that can be read and says so is enough. Where they may not, the first that can be read
 * decides, as it does for reads. What no copy can give is data.
 */
final class MirrorExtents {
    private final MirrorGeometry geometry;
    private final EngineHost host;
    /** By copy and role, since copies of one role may lie far apart. */
    private final MemberCursor[] cursors;
    private final Agreement agreement;
    private final ExtentRun run = new ExtentRun();
    private long lastChunk;
    /** The first chunk at which looking at many at once may be of use. */
    private long nextRun;
    private long length;
    private long flags;

    MirrorExtents(MirrorGeometry geometry, EngineHost host) {
        this.geometry = geometry;
        this.host = host;
        cursors = new MemberCursor[geometry.copies() * geometry.raidDisks()];
        for (int i = 0; i < cursors.length; i++) {
            cursors[i] = new MemberCursor();
        }
        agreement = new Agreement(host);
    }

    /** See {@link dev.ashlar.block.BlockDevice#extents}; the range lies inside the array and is not empty. */
    void walk(long offsetBytes, long lengthBytes, ExtentVisitor visitor) {
        long end = offsetBytes + lengthBytes;
        lastChunk = (end - 1) / geometry.chunkBytes();
        nextRun = 0;
        run.start(visitor);
        agreement.forget();
        for (MemberCursor cursor : cursors) {
            cursor.forget();
        }
        boolean more = true;
        for (long at = offsetBytes; at < end && more; at += length) {
            long chunk = at / geometry.chunkBytes();
            long inChunk = at % geometry.chunkBytes();
            if (inChunk != 0 || chunk < nextRun || !lookAtChunks(chunk)) {
                length = geometry.chunkBytes() - inChunk;
                lookAtCopies(chunk, inChunk, at, Math.min(length, end - at));
            }
            length = Math.min(length, end - at);
            more = run.add(length, flags);
        }
        run.finish();
    }

    /** Finds chunks whose first copies lie where the same is so of all members. False if the first is not like that. */
    private boolean lookAtChunks(long chunk) {
        RoleTable table = host.roles();
        long start = geometry.copyMemberOffset(chunk, 0);
        long end = Long.MAX_VALUE;
        long missing = 0;
        long found = -1;
        boolean same = true;
        for (int role = 0; role < geometry.raidDisks(); role++) {
            Member member = table.member(role);
            if (member != null) {
                end = Math.min(end, member.nextChange(start));
            }
            if (member == null || start >= limit(member, 0) || !member.readable(start, 1)) {
                missing |= 1L << role;
                continue;
            }
            MemberCursor cursor = cursors[role];
            long here = cursor.flags(member, start, limit(member, 0));
            same &= found < 0 || here == found;
            found = here;
            end = Math.min(end, cursor.end());
        }
        long chunks = geometry.chunksBefore(end, chunk, lastChunk);
        nextRun = chunk + Math.max(1, chunks);
        boolean given = missing == 0 || geometry.besideOneAnother() && geometry.survives(missing);
        length = chunks * geometry.chunkBytes();
        flags = Math.max(found, 0);
        return chunks > 0 && same && given;
    }

    /** Finds what is so of one chunk, or of its first part. */
    private void lookAtCopies(long chunk, long inChunk, long syncOffset, long most) {
        RoleTable table = host.roles();
        boolean agreed = agreement.at(syncOffset);
        length = Math.min(most, agreement.end() - syncOffset);
        flags = 0;
        boolean decided = false;
        for (int copy = 0; copy < geometry.copies() && !decided; copy++) {
            int role = geometry.copyRole(chunk, copy);
            long start = geometry.copyMemberOffset(chunk, copy) + inChunk;
            Member member = table.member(role);
            if (member == null) {
                continue;
            }
            length = Math.min(length, member.nextChange(start) - start);
            if (member.readable(start, length)) {
                MemberCursor cursor = cursors[copy * geometry.raidDisks() + role];
                flags = cursor.flags(member, start, limit(member, copy));
                length = Math.min(length, cursor.end() - start);
                decided = flags != 0 || !agreed;
            }
        }
    }

    /** Component byte at which the range ends for the copies of this number. */
    private long limit(Member member, int copy) {
        return Math.min(geometry.copyMemberOffset(lastChunk, copy) + geometry.chunkBytes(), member.dataBytes());
    }
}
