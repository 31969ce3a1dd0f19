package dev.ashlar.raid.superblock;

import java.util.List;
import java.util.Objects;
import java.util.StringJoiner;

/**
 * What one candidate is to the array, judged by the best superblock.
 *
 * @param kind what it may be used as
 * @param role the slot of a {@link Kind#MEMBER}
 * @param rejection why it is left out, else null
 */
record Standing(Kind kind, int role, Rejected rejection) {
    enum Kind {
        MEMBER,
        SPARE,
        JOURNAL,
        REJECTED
    }

    /** Whether events are those of the best superblock or of the update before it. */
    static boolean isFresh(long events, long best) {
        return Long.compareUnsigned(best - events, 1) <= 0;
    }

    /**
     * Judges a candidate.
     *
     * @param current the candidates that claim a role and are fresh
     * @param force whether a member is believed although it takes current ones for lost
     */
    static Standing of(Candidate candidate, Superblock best, List<Candidate> current, boolean force) {
        int own = candidate.superblock().role();
        int given = best.array().roles().of(candidate.devNumber());
        boolean diverged = Roles.isActive(own) && hasDiverged(candidate, current);
        if (own == Roles.FAULTY || given == Roles.FAULTY) {
            return rejected(candidate, "is recorded as faulty", diverged);
        }
        if (Roles.isActive(given) && given >= best.array().raidDisks()) {
            return rejected(candidate, "has the role " + given + " of " + best.array().raidDisks(), diverged);
        }
        if (own == Roles.SPARE) {
            return spare(candidate, best, given);
        }
        if (!isFresh(candidate.events(), best.array().events())) {
            return rejected(candidate, "is out of date: its events are "
                    + Long.toUnsignedString(candidate.events()) + ", the newest member has "
                    + Long.toUnsignedString(best.array().events()), diverged);
        }
        if (given != own) {
            return rejected(candidate, "claims the role " + Roles.word(own) + ", but the newest member lists it as "
                    + (given == Roles.SPARE ? "absent" : Roles.word(given)), diverged);
        }
        if (own == Roles.JOURNAL) {
            return new Standing(Kind.JOURNAL, Roles.JOURNAL, null);
        }
        String blamed = blamed(candidate, best, current);
        if (!force && !blamed.isEmpty()) {
            return rejected(candidate, "takes " + blamed + " for lost, although the newest member does not", diverged);
        }
        return new Standing(Kind.MEMBER, own, null);
    }

    /** What two superblocks disagree on that all current members must have alike; "" for nothing. */
    static String geometryDifference(Superblock one, Superblock other) {
        ArrayFields a = one.array();
        ArrayFields b = other.array();
        StringJoiner differences = new StringJoiner(", ");
        compare(differences, "version", one.version(), other.version());
        compare(differences, "level", a.level(), b.level());
        compare(differences, "layout", a.layout(), b.layout());
        compare(differences, "chunk sectors", a.chunkSectors(), b.chunkSectors());
        compare(differences, "size in sectors", a.sizeSectors(), b.sizeSectors());
        compare(differences, "number of disks", a.raidDisks(), b.raidDisks());
        compare(differences, "creation time", MdText.seconds(a.ctime()), MdText.seconds(b.ctime()));
        return differences.toString();
    }

    private static Standing spare(Candidate candidate, Superblock best, int given) {
        String difference = geometryDifference(candidate.superblock(), best);
        if (!difference.isEmpty()) {
            return rejected(candidate, "is a spare of another shape of the array: " + difference, false);
        }
        if (!Roles.isActive(given)) {
            return new Standing(Kind.SPARE, Roles.SPARE, null);
        }
        // The update that gave it the role did not reach it. Nothing of its content is good, but the role is free to
        // take.
        return isFresh(candidate.events(), best.array().events())
                ? new Standing(Kind.MEMBER, given, null)
                : rejected(candidate, "is an old spare whose number " + candidate.devNumber() + " now has the role "
                        + given, false);
    }

    /**
     * The names of members in sync that the best superblock has in a role and this candidate's own has not. (A member
     * being rebuilt may have got its role in the very update that did not reach this candidate.)
     */
    private static String blamed(Candidate candidate, Superblock best, List<Candidate> current) {
        StringJoiner names = new StringJoiner(", ");
        for (Candidate other : current) {
            boolean inSync = !other.superblock().member().has(Features.RECOVERY_OFFSET);
            if (inSync && isActiveFor(best, other) && !isActiveFor(candidate.superblock(), other)) {
                names.add(other.name());
            }
        }
        return names.toString();
    }

    /**
     * Whether its last update was made without any current member, their roles being empty then: such a history was not
     * continued by them. (Roles held by others then only tell that it is old.)
     */
    private static boolean hasDiverged(Candidate candidate, List<Candidate> current) {
        Roles roles = candidate.superblock().array().roles();
        List<Candidate> others = current.stream().filter(other -> other != candidate).toList();
        return !others.isEmpty() && others.stream().allMatch(other ->
                roles.numbersOf(other.superblock().role()).findAny().isEmpty());
    }

    private static boolean isActiveFor(Superblock judge, Candidate member) {
        return Roles.isActive(judge.array().roles().of(member.devNumber()));
    }

    private static void compare(StringJoiner differences, String what, Object one, Object other) {
        if (!Objects.equals(one, other)) {
            differences.add(what + " " + one + " against " + other);
        }
    }

    private static Standing rejected(Candidate candidate, String reason, boolean diverged) {
        String whole = reason + (diverged ? ", and it was written without any of the current members" : "");
        return new Standing(Kind.REJECTED, -1, new Rejected(candidate, Rejected.role(candidate), whole, diverged));
    }
}
