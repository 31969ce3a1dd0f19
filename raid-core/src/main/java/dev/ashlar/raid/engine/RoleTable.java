package dev.ashlar.raid.engine;

import dev.ashlar.raid.MemberState;
import dev.ashlar.raid.member.Member;
import java.util.Arrays;
import java.util.Objects;

/**
 * Who holds which role: an immutable picture that the array replaces as a whole.
 *
 * <p>An engine takes the picture after it has locked a stripe. A member that joins later is given this stripe by its
 * recovery, which takes the same lock; a member that left is not in any picture taken after its failure was made durable.
 */
public final class RoleTable {
    private final Member[] byRole;
    private final long notInSyncMask;

    /** @param byRole a member or null for each role; copied */
    public RoleTable(Member[] byRole) {
        if (byRole.length > 63) {
            throw new IllegalArgumentException("roles=" + byRole.length);
        }
        this.byRole = byRole.clone();
        long mask = 0;
        for (int role = 0; role < byRole.length; role++) {
            if (byRole[role] == null || byRole[role].state() != MemberState.IN_SYNC) {
                mask |= 1L << role;
            }
        }
        notInSyncMask = mask;
    }

    /** How many roles there are. */
    public int size() {
        return byRole.length;
    }

    /** Who holds the role and takes its writes, or null. */
    public Member member(int role) {
        return byRole[role];
    }

    /** Whether every role had an in-sync member when the picture was taken. */
    public boolean whole() {
        return notInSyncMask == 0;
    }

    /** Bit r is set where role r had no in-sync member when the picture was taken. */
    public long notInSyncMask() {
        return notInSyncMask;
    }

    /** Whether the role's content in the range can be read from its member. */
    public boolean readable(int role, long offsetBytes, long lengthBytes) {
        Member member = byRole[role];
        return member != null && member.readable(offsetBytes, lengthBytes);
    }

    /** The same table with one role changed; {@code member} may be null. */
    public RoleTable with(int role, Member member) {
        Member[] changed = byRole.clone();
        changed[role] = member;
        return new RoleTable(changed);
    }

    /** The same members, with their states as they are now. */
    public RoleTable refreshed() {
        return new RoleTable(byRole);
    }

    /** The members that hold a role, for loops outside the data path. */
    public Member[] present() {
        return Arrays.stream(byRole).filter(Objects::nonNull).toArray(Member[]::new);
    }
}
