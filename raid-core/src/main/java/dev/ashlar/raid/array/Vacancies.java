package dev.ashlar.raid.array;

import dev.ashlar.raid.member.Member;
import dev.ashlar.raid.superblock.Superblock;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * Who left which role while the array was open, as long as nobody else has held it since: only such a member may come back
 * by the bitmap. One that left because its storage had become smaller is not noted: it has lost what the bitmap knows
 * nothing of. Used under the state lock.
 */
final class Vacancies {
    private final Map<Integer, Vacancy> byRole = new HashMap<>();

    /** @param highestEvents what its superblock may carry at most, unless it was written elsewhere since */
    private record Vacancy(UUID deviceUuid, long highestEvents) {}

    void left(Member member, long highestEvents) {
        byRole.put(member.role(), new Vacancy(member.fields().deviceUuid(), highestEvents));
    }

    /** Somebody holds the role now. */
    void taken(int role) {
        byRole.remove(role);
    }

    /** Whether this is the device that left the role, as it was then: one that ran elsewhere has counted on. */
    boolean leftBy(int role, Superblock found) {
        Vacancy vacancy = byRole.get(role);
        return vacancy != null
                && found.member().deviceUuid().equals(vacancy.deviceUuid())
                && Long.compareUnsigned(found.array().events(), vacancy.highestEvents()) <= 0;
    }
}
