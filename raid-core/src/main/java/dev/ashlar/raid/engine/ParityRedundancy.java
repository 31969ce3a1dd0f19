package dev.ashlar.raid.engine;

import dev.ashlar.block.ExtentVisitor;
import dev.ashlar.raid.MemberState;
import dev.ashlar.raid.Redundancy;
import dev.ashlar.raid.layout.ParityGeometry;
import dev.ashlar.raid.member.Member;

/**
 * How well each part of a RAID 4, 5 or 6 is protected, from memory alone. Walks from one change of state to the next, in
 * single chunks only where chunks of one stripe differ. Reused; belongs to one thread at a time.
 */
final class ParityRedundancy {
    private final ParityGeometry geometry;
    private final EngineHost host;
    private final Agreement agreement;
    private final ExtentRun run = new ExtentRun();
    /** The component bytes of which the rest is known. */
    private long from;
    private long until;
    private long lostRoles;
    private boolean agreed;
    private boolean rebuilding;

    ParityRedundancy(ParityGeometry geometry, EngineHost host) {
        this.geometry = geometry;
        this.host = host;
        agreement = new Agreement(host);
    }

    /** The range lies inside the array and is not empty; the visitor is given flags of {@link Redundancy}. */
    void walk(long offsetBytes, long lengthBytes, ExtentVisitor visitor) {
        long end = offsetBytes + lengthBytes;
        long chunkBytes = geometry.chunkBytes();
        run.start(visitor);
        agreement.forget();
        until = 0;
        long length;
        for (long at = offsetBytes; at < end; at += length) {
            long stripe = at / geometry.stripeDataBytes();
            long inStripe = at % geometry.stripeDataBytes();
            long start = stripe * chunkBytes + inStripe % chunkBytes;
            look(start);
            long stripes = Math.min((until - start) / chunkBytes, (end - at) / geometry.stripeDataBytes());
            if (inStripe == 0 && stripes > 0 && !anyBlockLost()) {
                length = stripes * geometry.stripeDataBytes();
            } else {
                length = Math.min(Math.min(chunkBytes - inStripe % chunkBytes, end - at), until - start);
            }
            if (!run.add(length, flags(geometry.dataRole(stripe, (int) (inStripe / chunkBytes))))) {
                break;
            }
        }
        run.finish();
    }

    /** Finds the state from a component byte on, and how far it reaches. */
    private void look(long start) {
        if (start >= from && start < until) {
            return;
        }
        RoleTable table = host.roles();
        from = start;
        agreed = agreement.at(start);
        until = agreement.end();
        rebuilding = !agreed && host.resyncing(start);
        lostRoles = 0;
        for (int role = 0; role < table.size(); role++) {
            Member member = table.member(role);
            if (member != null) {
                until = Math.min(until, member.nextChange(start));
            }
            if (member == null || !member.readable(start, 1)) {
                lostRoles |= 1L << role;
                rebuilding |= member != null && member.state() == MemberState.RECOVERING
                        && member.recoveredBytes() <= start && host.recovers();
            }
        }
    }

    /** Whether a block on a lost role cannot be computed. */
    private boolean anyBlockLost() {
        int lost = Long.bitCount(lostRoles);
        return lost > geometry.parityDisks() || lost > 0 && !agreed;
    }

    private long flags(int role) {
        if (lostRoles == 0 && agreed) {
            return 0;
        }
        if ((lostRoles & 1L << role) != 0 && anyBlockLost()) {
            return Redundancy.DEGRADED | Redundancy.LOST;
        }
        return rebuilding ? Redundancy.DEGRADED | Redundancy.REBUILDING : Redundancy.DEGRADED;
    }
}
