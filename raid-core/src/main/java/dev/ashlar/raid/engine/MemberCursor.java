package dev.ashlar.raid.engine;

import dev.ashlar.block.ExtentVisitor;
import dev.ashlar.raid.member.Member;
import java.io.IOException;

/**
 * The extent of one member in which a walk is just now, so that the member is asked once for each of its extents and not
 * for each chunk. Reused; belongs to one thread at a time.
 */
final class MemberCursor implements ExtentVisitor {
    private Member member;
    private long start;
    private long end;
    private long flags;

    /** The next question goes to the member. */
    void forget() {
        member = null;
    }

    /**
     * What is so from a component byte up to {@link #end}: 0, or flags with {@link ExtentVisitor#ZERO}. A member that
     * does not answer has data up to the limit. The member must be readable at the offset.
     *
     * @param limit how far the walk will go on this member at most; beyond the offset
     */
    long flags(Member asked, long offset, long limit) {
        if (asked != member || offset < start || offset >= end) {
            ask(asked, offset, limit);
        }
        return flags;
    }

    /** Component byte behind the extent. */
    long end() {
        return end;
    }

    private void ask(Member asked, long offset, long limit) {
        member = asked;
        start = offset;
        end = offset;
        // Behind what can be read now, the member tells of stale content, which must not be taken for the new one once
        // a recovery has been there.
        long known = Math.min(limit, asked.nextChange(offset));
        try {
            asked.extents(offset, known - offset, this);
        } catch (IOException _) {
            end = offset;
        }
        if (end == offset) {
            end = known;
            flags = 0;
        }
    }

    @Override
    public boolean extent(long lengthBytes, long found) {
        end = start + lengthBytes;
        // A hole that may read as anything is of no use to anybody.
        flags = (found & ZERO) == 0 ? 0 : found & (HOLE | ZERO);
        return false;
    }
}
