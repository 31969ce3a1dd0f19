package dev.ashlar.raid.superblock;

import dev.ashlar.raid.ArrayRefusedException;
import dev.ashlar.raid.OpenOptions;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What {@link Assembler} made of the offered members.
 *
 * @param best the superblock whose state the array starts from
 * @param slots one for each role, in order
 * @param spares members without a role
 * @param stale offered members that are left out
 * @param replacements members that were to replace a role's holder that is still there; to be given up
 * @param journal the journal's member, or null
 * @param dirty whether parity or copies may disagree: a resync is due once the array is writable
 * @param listedAbsent dev_numbers that have a role in {@code best} and were not offered at all
 * @param obstacles what the owner should know, worst first
 */
public record Assembly(
        Superblock best,
        List<Slot> slots,
        List<Candidate> spares,
        List<Rejected> stale,
        List<Candidate> replacements,
        Candidate journal,
        boolean dirty,
        List<Integer> listedAbsent,
        List<Obstacle> obstacles) {
    /** Copies the lists. */
    public Assembly {
        slots = List.copyOf(slots);
        spares = List.copyOf(spares);
        stale = List.copyOf(stale);
        replacements = List.copyOf(replacements);
        listedAbsent = List.copyOf(listedAbsent);
        obstacles = List.copyOf(obstacles);
    }

    /** Roles nobody holds. */
    public int missing() {
        return (int) slots.stream().filter(slot -> slot.candidate() == null).count();
    }

    /** Roles without an in-sync holder: md's "degraded". */
    public int degraded() {
        return (int) slots.stream().filter(slot -> !slot.inSync()).count();
    }

    /** Whether one of the obstacles has this cause. */
    public boolean has(Cause cause) {
        return obstacles.stream().anyMatch(obstacle -> obstacle.cause() == cause);
    }

    /**
     * Refuses what the options do not allow.
     *
     * @throws ArrayRefusedException that names every obstacle in the way and, where there is one, the way on
     */
    public void requireOpenable(OpenOptions options) throws ArrayRefusedException {
        List<Obstacle> barring = obstacles.stream().filter(obstacle -> obstacle.bars(options)).toList();
        if (!barring.isEmpty()) {
            throw new SuperblockException(barring.getFirst().cause(), "array " + best.array().name() + ": "
                    + barring.stream().map(obstacle -> obstacle.advice(options)).collect(Collectors.joining(". ")));
        }
    }

    /** A sentence for everything the owner should be told although the array opens. */
    public List<String> warnings() {
        return obstacles.stream().map(Obstacle::sentence).toList();
    }
}
