package dev.ashlar.cli.show;

import dev.ashlar.raid.ArrayStatus;
import dev.ashlar.raid.MemberState;
import dev.ashlar.raid.MemberStatus;
import java.util.Arrays;
import java.util.UUID;

/** The short signs that md's users read at a glance. */
public final class Patterns {
    private Patterns() {}

    /** One letter a role: {@code U} for one that is in sync, {@code _} for one that is not; {@code UU_U}. */
    public static String roles(ArrayStatus status) {
        char[] letters = new char[status.raidDisks()];
        Arrays.fill(letters, '_');
        for (MemberStatus member : status.members()) {
            if (member.state() == MemberState.IN_SYNC && member.role() >= 0 && member.role() < letters.length) {
                letters[member.role()] = 'U';
            }
        }
        return new String(letters);
    }

    /** A UUID as mdadm prints it: four groups of eight hex digits. */
    public static String md(UUID uuid) {
        return String.format(
                "%08x:%08x:%08x:%08x",
                (int) (uuid.getMostSignificantBits() >>> 32),
                (int) uuid.getMostSignificantBits(),
                (int) (uuid.getLeastSignificantBits() >>> 32),
                (int) uuid.getLeastSignificantBits());
    }
}
