package dev.ashlar.raid.superblock;

import java.util.Comparator;
import java.util.List;

/**
 * Chooses the superblock whose state an array starts from: the highest events among members that claim a role. A spare
 * leads nothing.
 *
 * <p>Equal events do not prove equal histories. Among equals the state most of them tell wins; then the one that claims
 * less to be in sync, since a resync too many does no harm.
 */
final class Leader {
    private Leader() {}

    static Candidate choose(List<Candidate> candidates) throws SuperblockException {
        List<Candidate> claiming = candidates.stream().filter(candidate -> candidate.superblock().hasSlot()).toList();
        if (claiming.isEmpty()) {
            throw new SuperblockException(Cause.NO_ACTIVE_MEMBER, "none of "
                    + candidates.stream().map(c -> c.name() + " (" + Roles.word(c.superblock().role()) + ")").toList()
                    + " has a role in the array");
        }
        long most = claiming.stream().mapToLong(Candidate::events).reduce((a, b) ->
                Long.compareUnsigned(a, b) < 0 ? b : a).orElseThrow();
        List<Candidate> newest = claiming.stream().filter(candidate -> candidate.events() == most).toList();
        return newest.stream().min(preference(newest)).orElseThrow();
    }

    private static Comparator<Candidate> preference(List<Candidate> newest) {
        return Comparator.<Candidate>comparingLong(candidate -> -agreeing(candidate, newest))
                .thenComparing(candidate -> candidate.superblock().array().resyncOffset(), Long::compareUnsigned)
                .thenComparing(candidate -> candidate.superblock().member().has(Features.RECOVERY_OFFSET))
                .thenComparing(candidate -> candidate.superblock().member().has(Features.REPLACEMENT))
                .thenComparingInt(Candidate::devNumber);
    }

    private static long agreeing(Candidate candidate, List<Candidate> newest) {
        Roles roles = candidate.superblock().array().roles();
        return newest.stream().filter(other -> other.superblock().array().roles().equals(roles)).count();
    }
}
