package dev.ashlar.raid.engine;

import dev.ashlar.block.ExtentVisitor;
import dev.ashlar.raid.layout.ParityGeometry;
import dev.ashlar.raid.member.Member;

/**
 * Where a RAID 4, 5 or 6 reads as zeroes, from where its members do. Reused; belongs to one thread at a time.
 *
 * <p>A block that can be read is what its member says of it. A lost one is zero only if all other data of its stripe and
 * as much parity as there are lost data blocks are, at one moment, and parity agrees there: the members are asked one
 * after the other, so the answer counts only if nobody has held the stripe's lock meanwhile. Anything else is data.
 */
final class ParityExtents {
    private final ParityGeometry geometry;
    private final EngineHost host;
    private final StripeLocks locks;
    private final MemberCursor[] cursors;
    private final Agreement agreement;
    private final ExtentRun run = new ExtentRun();
    private final int[] noted;
    /** Component byte behind the last stripe of the range. */
    private long limit;
    /** Of what a look has found: how long it is so, and what is so. */
    private long length;
    private long flags;

    ParityExtents(ParityGeometry geometry, EngineHost host, StripeLocks locks) {
        this.geometry = geometry;
        this.host = host;
        this.locks = locks;
        cursors = new MemberCursor[geometry.raidDisks()];
        for (int role = 0; role < cursors.length; role++) {
            cursors[role] = new MemberCursor();
        }
        agreement = new Agreement(host);
        noted = new int[locks.count()];
    }

    /** See {@link dev.ashlar.block.BlockDevice#extents}; the range lies inside the array and is not empty. */
    void walk(long offsetBytes, long lengthBytes, ExtentVisitor visitor) {
        long end = offsetBytes + lengthBytes;
        limit = ((end - 1) / geometry.stripeDataBytes() + 1) * geometry.chunkBytes();
        run.start(visitor);
        beginAnew();
        boolean more = true;
        for (long at = offsetBytes; at < end && more; at += length) {
            long stripe = at / geometry.stripeDataBytes();
            long inStripe = at % geometry.stripeDataBytes();
            if (inStripe != 0 || !lookAtStripes(stripe, (end - at) / geometry.stripeDataBytes())) {
                lookAtBlock(stripe, inStripe, end - at);
            }
            more = run.add(length, flags);
        }
        run.finish();
    }

    private void beginAnew() {
        for (MemberCursor cursor : cursors) {
            cursor.forget();
        }
        agreement.forget();
        locks.note(noted);
    }

    /** Finds whole stripes in which the same is so of all members. False if the first one is not like that. */
    private boolean lookAtStripes(long stripe, long most) {
        RoleTable table = host.roles();
        long start = stripe * geometry.chunkBytes();
        long end = start + most * geometry.chunkBytes();
        int lost = 0;
        long found = -1;
        for (int role = 0; role < cursors.length && end - start >= geometry.chunkBytes(); role++) {
            Member member = table.member(role);
            if (member != null) {
                end = Math.min(end, member.nextChange(start));
            }
            if (member == null || !member.readable(start, 1)) {
                lost++;
                continue;
            }
            long here = cursors[role].flags(member, start, limit);
            if (found >= 0 && here != found) {
                return false;
            }
            found = here;
            end = Math.min(end, cursors[role].end());
        }
        if (found > 0 && lost > 0) {
            if (lost > geometry.parityDisks() || !agreement.at(start)) {
                return false;
            }
            end = Math.min(end, agreement.end());
        }
        long stripes = (end - start) / geometry.chunkBytes();
        if (stripes == 0 || found > 0 && lost > 0 && !locks.untouched(noted, stripe, stripes)) {
            return false;
        }
        length = stripes * geometry.stripeDataBytes();
        flags = Math.max(found, 0);
        return true;
    }

    /** Finds what is so of one data block, or of its first part. */
    private void lookAtBlock(long stripe, long inStripe, long most) {
        int role = geometry.dataRole(stripe, (int) (inStripe / geometry.chunkBytes()));
        long inChunk = inStripe % geometry.chunkBytes();
        long start = stripe * geometry.chunkBytes() + inChunk;
        Member member = host.roles().member(role);
        length = Math.min(geometry.chunkBytes() - inChunk, most);
        if (member != null) {
            length = Math.min(length, member.nextChange(start) - start);
            if (member.readable(start, length)) {
                flags = cursors[role].flags(member, start, limit);
                length = Math.min(length, cursors[role].end() - start);
                return;
            }
        }
        lookAtLostBlock(stripe, start);
        if (flags != 0 && !locks.untouched(noted, stripe, 1)) {
            beginAnew();
            lookAtLostBlock(stripe, start);
            if (!locks.untouched(noted, stripe, 1)) {
                flags = 0;
            }
        }
    }

    /** What follows from the other blocks of the stripe from component byte {@code start} on; shortens the length. */
    private void lookAtLostBlock(long stripe, long start) {
        RoleTable table = host.roles();
        int lostData = 0;
        int zeroParity = 0;
        boolean zeroData = true;
        for (int role = 0; role < cursors.length; role++) {
            boolean data = geometry.dataIndex(stripe, role) >= 0;
            Member member = table.member(role);
            if (member != null) {
                length = Math.min(length, member.nextChange(start) - start);
            }
            if (member == null || !member.readable(start, length)) {
                lostData += data ? 1 : 0;
                continue;
            }
            boolean zero = cursors[role].flags(member, start, limit) != 0;
            length = Math.min(length, cursors[role].end() - start);
            zeroData &= zero || !data;
            zeroParity += zero && !data ? 1 : 0;
        }
        boolean agreed = agreement.at(start);
        length = Math.min(length, agreement.end() - start);
        flags = agreed && zeroData && zeroParity >= lostData ? ExtentVisitor.HOLE | ExtentVisitor.ZERO : 0;
    }
}
