package dev.ashlar.raid.superblock;

/**
 * An offered member that is left out of its array.
 *
 * @param candidate the member
 * @param formerRole the role its own superblock claims, -1 for none
 * @param reason why, as the rest of a sentence that begins with its name
 * @param diverged whether it was written while it took the array's current members for lost
 */
public record Rejected(Candidate candidate, int formerRole, String reason, boolean diverged) {

    static Rejected of(Candidate candidate, String reason) {
        return new Rejected(candidate, role(candidate), reason, false);
    }

    static int role(Candidate candidate) {
        return candidate.superblock().hasSlot() ? candidate.superblock().role() : -1;
    }

    @Override
    public String toString() {
        return candidate.name() + " " + reason;
    }
}
