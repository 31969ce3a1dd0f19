package dev.ashlar.raid.engine;

import dev.ashlar.block.ExtentVisitor;
import dev.ashlar.raid.layout.StripedGeometry;
import dev.ashlar.raid.member.Member;

/** Where a RAID 0 reads as zeroes, from where its members do. Reused; belongs to one thread at a time. */
final class StripedExtents {
    private final StripedGeometry geometry;
    private final EngineHost host;
    private final MemberCursor[] cursors;
    private final ExtentRun run = new ExtentRun();
    private long lastChunk;
    /** The first chunk at which looking at many at once may be of use. */
    private long nextRun;
    private long length;
    private long flags;

    StripedExtents(StripedGeometry geometry, EngineHost host) {
        this.geometry = geometry;
        this.host = host;
        cursors = new MemberCursor[geometry.raidDisks()];
        for (int role = 0; role < cursors.length; role++) {
            cursors[role] = new MemberCursor();
        }
    }

    /** See {@link dev.ashlar.block.BlockDevice#extents}; the range lies inside the array and is not empty. */
    void walk(long offsetBytes, long lengthBytes, ExtentVisitor visitor) {
        long end = offsetBytes + lengthBytes;
        lastChunk = (end - 1) / geometry.chunkBytes();
        nextRun = 0;
        run.start(visitor);
        for (MemberCursor cursor : cursors) {
            cursor.forget();
        }
        boolean more = true;
        for (long at = offsetBytes; at < end && more; at += length) {
            long chunk = at / geometry.chunkBytes();
            long inChunk = at % geometry.chunkBytes();
            if (inChunk != 0 || chunk < nextRun || !lookAtChunks(chunk)) {
                lookAtChunk(chunk, inChunk);
            }
            length = Math.min(length, end - at);
            more = run.add(length, flags);
        }
        run.finish();
    }

    /** Finds chunks that lie where the same is so of all members. False if the first is not like that. */
    private boolean lookAtChunks(long chunk) {
        RoleTable table = host.roles();
        long start = geometry.memberOffset(chunk);
        long end = Long.MAX_VALUE;
        long found = -1;
        boolean same = true;
        for (int role = 0; role < cursors.length; role++) {
            Member member = table.member(role);
            if (member == null) {
                return false;
            }
            if (start >= limit(member)) {
                // A smaller member, which has no chunk from here on.
                continue;
            }
            long here = cursors[role].flags(member, start, limit(member));
            same &= found < 0 || here == found;
            found = here;
            end = Math.min(end, cursors[role].end());
        }
        long chunks = geometry.chunksBefore(end, chunk, lastChunk);
        nextRun = chunk + Math.max(1, chunks);
        length = chunks * geometry.chunkBytes();
        flags = Math.max(found, 0);
        return chunks > 0 && same;
    }

    private void lookAtChunk(long chunk, long inChunk) {
        int role = geometry.role(chunk);
        Member member = host.roles().member(role);
        length = geometry.chunkBytes() - inChunk;
        flags = 0;
        if (member != null) {
            long start = geometry.memberOffset(chunk) + inChunk;
            flags = cursors[role].flags(member, start, limit(member));
            length = Math.min(length, cursors[role].end() - start);
        }
    }

    private long limit(Member member) {
        return Math.min(geometry.memberOffset(lastChunk) + geometry.chunkBytes(), member.dataBytes());
    }
}
