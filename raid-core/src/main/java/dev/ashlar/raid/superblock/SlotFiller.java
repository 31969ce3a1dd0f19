package dev.ashlar.raid.superblock;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * Puts current members into their roles, settles rival claims, and takes stale members in where the owner forces it.
 */
final class SlotFiller {
    private static final Comparator<Candidate> OLDEST_FIRST =
            Comparator.comparing(Candidate::events, Long::compareUnsigned);

    /**
     * Whose claim to a role is better: newer events, then knowing the role itself and not only by the best superblock.
     */
    private static final Comparator<Candidate> RIGHT =
            OLDEST_FIRST.thenComparing(candidate -> candidate.superblock().hasSlot());

    private final ArrayFields best;
    private final List<Rejected> rejected;
    private final TreeMap<Integer, Candidate> holders = new TreeMap<>();
    private final TreeMap<Integer, Candidate> successors = new TreeMap<>();
    private final List<Slot> slots = new ArrayList<>();

    /** @param rejected where the losers of rival claims go */
    SlotFiller(ArrayFields best, List<Rejected> rejected) {
        this.best = best;
        this.rejected = rejected;
    }

    /** Takes a current member for a role. */
    void offer(Candidate candidate, int role) throws SuperblockException {
        boolean successor = candidate.superblock().member().has(Features.REPLACEMENT);
        TreeMap<Integer, Candidate> map = successor ? successors : holders;
        Candidate rival = map.get(role);
        if (rival == null) {
            map.put(role, candidate);
            return;
        }
        int order = RIGHT.compare(candidate, rival);
        if (order == 0) {
            throw new SuperblockException(Cause.DUPLICATE_ROLE, rival.name() + " and " + candidate.name()
                    + " both claim role " + role + " with events " + Long.toUnsignedString(rival.events())
                    + "; offer only the one that counts");
        }
        map.put(role, order > 0 ? candidate : rival);
        rejected.add(Rejected.of(order > 0 ? rival : candidate,
                "claims role " + role + ", which another member holds with better right"));
    }

    /** Makes the slots: the replacement of a role nobody else holds takes it over. */
    void settle() {
        for (int role = 0; role < best.raidDisks(); role++) {
            Candidate holder = holders.get(role);
            if (holder == null) {
                holder = successors.remove(role);
            }
            slots.add(holder == null ? Slot.empty(role) : slot(role, holder));
        }
    }

    /** Replacements beside a holder of their role. */
    List<Candidate> replacements() {
        return List.copyOf(successors.values());
    }

    List<Slot> slots() {
        return slots;
    }

    /** The dev_numbers in use. */
    List<Integer> numbers() {
        List<Integer> numbers = new ArrayList<>();
        slots.forEach(slot -> slot.holder().ifPresent(holder -> numbers.add(holder.devNumber())));
        successors.values().forEach(successor -> numbers.add(successor.devNumber()));
        return numbers;
    }

    /** Takes the newest stale members into empty roles until the level has enough. */
    void forceStale() {
        if (ArrayShape.problem(best).isPresent()) {
            return;
        }
        List<Rejected> usable = rejected.stream()
                .filter(this::isUsable)
                .sorted(Comparator.comparing(Rejected::candidate, OLDEST_FIRST.reversed()))
                .toList();
        for (Rejected stale : usable) {
            int role = stale.formerRole();
            if (!enough() && slots.get(role).candidate() == null) {
                slots.set(role, new Slot(role, stale.candidate(), false, 0, false, true));
                rejected.remove(stale);
            }
        }
    }

    private boolean isUsable(Rejected stale) {
        Superblock superblock = stale.candidate().superblock();
        ArrayFields array = superblock.array();
        int partial = Features.RECOVERY_OFFSET | Features.REPLACEMENT;
        return !stale.diverged()
                && stale.formerRole() >= 0
                && stale.formerRole() < best.raidDisks()
                && (superblock.features() & partial) == 0
                && array.level() == best.level()
                && array.layout() == best.layout()
                && array.chunkSectors() == best.chunkSectors()
                && array.sizeSectors() == best.sizeSectors()
                && array.raidDisks() == best.raidDisks();
    }

    private boolean enough() {
        return ArrayShape.survives(best, inSyncMask(slots));
    }

    static long inSyncMask(List<Slot> slots) {
        long mask = 0;
        for (Slot slot : slots) {
            mask |= slot.inSync() ? 1L << slot.role() : 0;
        }
        return mask;
    }

    private Slot slot(int role, Candidate holder) {
        MemberFields member = holder.superblock().member();
        if (!holder.superblock().hasSlot()) {
            return new Slot(role, holder, true, 0, false, false);
        }
        if (!member.has(Features.RECOVERY_OFFSET)) {
            return Slot.inSync(role, holder);
        }
        boolean guided = member.has(Features.RECOVERY_BITMAP);
        boolean plausible = Long.compareUnsigned(member.recoveryOffset(), best.sizeSectors()) <= 0;
        long recovered = !guided && plausible ? member.recoveryOffset() : 0;
        return new Slot(role, holder, true, recovered, guided && best.has(Features.BITMAP_OFFSET), false);
    }
}
