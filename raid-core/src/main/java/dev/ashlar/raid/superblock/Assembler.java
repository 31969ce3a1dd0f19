package dev.ashlar.raid.superblock;

import dev.ashlar.raid.OpenOptions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Decides which of the offered members make up an array, in which role, and what stands in the way of opening it. Pure:
 * the same superblocks give the same answer, and nothing is read or written.
 *
 * <p>The rules are those of mdadm and the kernel (md-format, section 12):
 *
 * <ul>
 *   <li>The state is that of the member with the highest events among those that claim a role.
 *   <li>A member that claims a role is current if its events are at most 1 lower. Its role is the one the best
 *       superblock gives it, not its own.
 *   <li>Everything else is left out by name, with the reason. Without force nothing stale is ever used.
 * </ul>
 */
public final class Assembler {
    private final List<Candidate> candidates;
    private final OpenOptions options;
    private final Candidate leader;
    private final ArrayFields best;
    private final List<Rejected> rejected = new ArrayList<>();

    private Assembler(List<Candidate> candidates, OpenOptions options) throws SuperblockException {
        this.candidates = candidates;
        this.options = options;
        this.leader = Leader.choose(candidates);
        this.best = leader.superblock().array();
    }

    /**
     * Assembles the offered members.
     *
     * @param candidates at least one, in any order; a journal among them with its {@link Candidate#journal} examined
     * @param options only {@code force} matters here: it takes the newest stale members in until there are enough. What
     *     is in the way under other options is in the answer, see {@link Assembly#requireOpenable}
     * @throws SuperblockException if they are not members of one array, contradict each other, or none has a role
     */
    public static Assembly assemble(List<Candidate> candidates, OpenOptions options) throws SuperblockException {
        if (candidates.isEmpty()) {
            throw new IllegalArgumentException("candidates=0");
        }
        requireOneSet(candidates);
        List<Candidate> ordered = candidates.stream()
                .sorted(Comparator.comparingInt(Candidate::devNumber).thenComparing(Candidate::name))
                .toList();
        return new Assembler(ordered, options).assemble();
    }

    private Assembly assemble() throws SuperblockException {
        List<Candidate> current = candidates.stream().filter(this::isCurrent).toList();
        requireOneGeometry(current);
        SlotFiller slots = new SlotFiller(best, rejected);
        List<Candidate> spares = new ArrayList<>();
        Candidate journal = null;
        for (Candidate candidate : candidates) {
            Standing standing = Standing.of(candidate, leader.superblock(), current, options.force());
            switch (standing.kind()) {
                case MEMBER -> slots.offer(candidate, standing.role());
                case SPARE -> spares.add(candidate);
                case JOURNAL -> journal = newerJournal(journal, candidate);
                case REJECTED -> rejected.add(standing.rejection());
            }
        }
        slots.settle();
        dropImpostors(spares, slots);
        if (options.force()) {
            slots.forceStale();
        }
        return result(slots, spares, journal);
    }

    private Assembly result(SlotFiller filled, List<Candidate> spares, Candidate journal) {
        List<Slot> slots = filled.slots();
        List<Integer> absent = best.roles().activeNumbers()
                .filter(number -> candidates.stream().noneMatch(candidate -> candidate.devNumber() == number))
                .boxed()
                .toList();
        boolean dirty = isDirty(slots);
        Superblock state = leader.superblock();
        List<Candidate> replacements = filled.replacements();
        Assembly assembly =
                new Assembly(state, slots, spares, rejected, replacements, journal, dirty, absent, List.of());
        return new Assembly(state, slots, spares, rejected, replacements, journal, dirty, absent,
                ObstacleFinder.find(assembly));
    }

    private Candidate newerJournal(Candidate one, Candidate other) throws SuperblockException {
        if (one == null) {
            return other;
        }
        int order = Long.compareUnsigned(one.events(), other.events());
        if (order == 0) {
            throw new SuperblockException(Cause.DUPLICATE_ROLE, one.name() + " and " + other.name()
                    + " both claim to be the journal with events " + Long.toUnsignedString(one.events()));
        }
        rejected.add(Rejected.of(order > 0 ? other : one, "claims to be the journal, but another member is newer"));
        return order > 0 ? one : other;
    }

    /** RAID 1 with a single member in sync has nothing to agree with. */
    private boolean isDirty(List<Slot> slots) {
        boolean lone = switch (best.level()) {
            case RAID1 -> slots.stream().filter(Slot::inSync).count() == 1;
            default -> false;
        };
        return best.level().isRedundant() && !best.clean() && !lone;
    }

    /** A spare with the number of a current member is an old device whose number was given away. */
    private void dropImpostors(List<Candidate> spares, SlotFiller slots) {
        List<Integer> taken = new ArrayList<>(slots.numbers());
        for (Candidate spare : List.copyOf(spares)) {
            if (taken.contains(spare.devNumber())) {
                spares.remove(spare);
                rejected.add(Rejected.of(spare, "has number " + spare.devNumber() + ", which another member has now"));
            }
            taken.add(spare.devNumber());
        }
    }

    private boolean isCurrent(Candidate candidate) {
        return candidate.superblock().hasSlot() && Standing.isFresh(candidate.events(), best.events());
    }

    private static void requireOneSet(List<Candidate> candidates) throws SuperblockException {
        Map<UUID, String> sets = candidates.stream().collect(Collectors.groupingBy(
                candidate -> candidate.superblock().array().setUuid(), LinkedHashMap::new,
                Collectors.mapping(Candidate::name, Collectors.joining(", "))));
        if (sets.size() > 1) {
            throw new SuperblockException(Cause.DIFFERENT_SETS, "the members belong to different arrays: "
                    + sets.entrySet().stream()
                            .map(set -> set.getValue() + " to " + MdText.uuid(set.getKey()))
                            .collect(Collectors.joining("; ")));
        }
    }

    private void requireOneGeometry(List<Candidate> current) throws SuperblockException {
        for (Candidate candidate : current.stream().sorted(Comparator.comparing(Candidate::name)).toList()) {
            String difference = Standing.geometryDifference(candidate.superblock(), leader.superblock());
            if (!difference.isEmpty()) {
                throw new SuperblockException(Cause.GEOMETRY_DISAGREES, candidate.name() + " and " + leader.name()
                        + " claim to be current members of one array but disagree: " + difference);
            }
        }
    }
}
