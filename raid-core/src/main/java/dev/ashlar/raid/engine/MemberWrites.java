package dev.ashlar.raid.engine;

import dev.ashlar.block.DeviceException;
import dev.ashlar.block.NoSpaceException;
import dev.ashlar.raid.member.Member;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The member writes of one stripe, with what went wrong in them.
 *
 * <p>A failed write does not stop the others: what the array keeps after the loss of a member must be whole. A full disk
 * does stop them: the member is well, and the request is given up. {@link #finish} then makes failures durable before
 * anything is acknowledged. Reused; belongs to one thread at a time.
 */
final class MemberWrites {
    private final EngineHost host;
    private final Member[] failedMembers;
    private final DeviceException[] failures;
    private int failed;
    private long touchedRoles;
    private NoSpaceException noSpace;

    MemberWrites(EngineHost host, int roles) {
        this.host = host;
        failedMembers = new Member[roles];
        failures = new DeviceException[roles];
    }

    void start() {
        failed = 0;
        touchedRoles = 0;
        noSpace = null;
    }

    /** Writes a block to the role's member, if there is one. False once a disk is full. */
    boolean write(RoleTable table, int role, long memberOffset, MemorySegment source, long at, long length, boolean fua) {
        Member member = table.member(role);
        if (noSpace != null || member == null) {
            return noSpace == null;
        }
        touchedRoles |= 1L << role;
        try {
            member.write(memberOffset, source, at, length, fua);
            done(member, memberOffset, length);
        } catch (IOException e) {
            caught(member, "write", memberOffset, length, e);
        }
        return noSpace == null;
    }

    /**
     * Writes a block as {@link #write}, except zeroes to a hole, which holds them already: so a sparse image stays sparse
     * when it is rebuilt. The caller holds the lock under which all others write the block, so nothing can come in between.
     */
    boolean fill(RoleTable table, int role, long memberOffset, MemorySegment source, long at, long length) {
        Member member = table.member(role);
        if (member != null && noSpace == null && !member.badAt(memberOffset, length) && isZero(source, at, length)) {
            try {
                if (member.isHole(memberOffset, length)) {
                    return true;
                }
            } catch (IOException _) {
                // Whatever is wrong there, the write meets it too.
            }
        }
        return write(table, role, memberOffset, source, at, length, false);
    }

    /** Data as a rule differ from zero soon. */
    private static boolean isZero(MemorySegment source, long at, long length) {
        return source.get(ValueLayout.JAVA_BYTE, at) == 0
                && (length == 1 || MemorySegment.mismatch(source, at, at + length - 1, source, at + 1, at + length) < 0);
    }

    /** Zeroes a block of the role's member, if there is one. False once a disk is full. */
    boolean zero(RoleTable table, int role, long memberOffset, long length, boolean mayUnmap, boolean fua) {
        Member member = table.member(role);
        if (noSpace != null || member == null) {
            return noSpace == null;
        }
        touchedRoles |= 1L << role;
        try {
            member.writeZeroes(memberOffset, length, mayUnmap, fua);
            done(member, memberOffset, length);
        } catch (IOException e) {
            caught(member, "writeZeroes", memberOffset, length, e);
        }
        return noSpace == null;
    }

    /** Roles whose block may be changed, as bits: also that of a disk which was full half-way. */
    long touchedRoles() {
        return touchedRoles;
    }

    /** The full disk that stopped the writes, or null. */
    NoSpaceException noSpace() {
        return noSpace;
    }

    /**
     * Has the failures recorded.
     *
     * @throws dev.ashlar.raid.ArrayFailedException if the array cannot bear them
     */
    void finish() throws IOException {
        for (int i = 0; i < failed; i++) {
            host.memberFailed(failedMembers[i], failures[i]);
        }
    }

    private void done(Member member, long memberOffset, long length) {
        if (member.badAt(memberOffset, length)) {
            host.clearBadBlocks(member, memberOffset, length);
        }
    }

    private void caught(Member member, String verb, long memberOffset, long length, IOException e) {
        if (e instanceof NoSpaceException full) {
            noSpace = full;
            return;
        }
        member.countWriteError();
        failedMembers[failed] = member;
        failures[failed++] = member.describe(verb, memberOffset, length, e);
    }
}
