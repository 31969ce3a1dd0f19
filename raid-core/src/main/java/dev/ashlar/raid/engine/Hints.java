package dev.ashlar.raid.engine;

import dev.ashlar.raid.layout.ParityGeometry;
import dev.ashlar.raid.member.Member;

/** What members are asked or told where nothing depends on it. */
final class Hints {
    /** More would push out of the caches what other readers need. */
    static final long MOST_PREFETCH_BYTES = 64 << 20;

    private Hints() {}

    /** Whether every member zeroes without writing. */
    static boolean allZeroFast(RoleTable table, boolean mayUnmap) {
        for (int role = 0; role < table.size(); role++) {
            Member member = table.member(role);
            if (member != null && !member.zeroesFast(0, member.dataBytes(), mayUnmap)) {
                return false;
            }
        }
        return true;
    }

    /** Whole stripes are fetched from all members at once, parity with them; other blocks one by one. */
    static void prefetch(ParityGeometry geometry, RoleTable table, long offsetBytes, long lengthBytes) {
        long stripeBytes = geometry.stripeDataBytes();
        long chunkBytes = geometry.chunkBytes();
        long end = offsetBytes + lengthBytes;
        for (long at = offsetBytes; at < end; ) {
            long stripe = at / stripeBytes;
            long inStripe = at % stripeBytes;
            long stripes = (end - at) / stripeBytes;
            if (inStripe == 0 && stripes > 0) {
                prefetchAll(table, stripe * chunkBytes, stripes * chunkBytes);
                at += stripes * stripeBytes;
            } else {
                long inChunk = inStripe % chunkBytes;
                long length = Math.min(chunkBytes - inChunk, end - at);
                int role = geometry.dataRole(stripe, (int) (inStripe / chunkBytes));
                long memberOffset = stripe * chunkBytes + inChunk;
                if (table.readable(role, memberOffset, length)) {
                    table.member(role).prefetch(memberOffset, length);
                } else {
                    prefetchAll(table, memberOffset, length);
                }
                at += length;
            }
        }
    }

    private static void prefetchAll(RoleTable table, long memberOffset, long length) {
        for (int role = 0; role < table.size(); role++) {
            if (table.readable(role, memberOffset, length)) {
                table.member(role).prefetch(memberOffset, length);
            }
        }
    }
}
