package dev.ashlar.raid.superblock;

/**
 * md's event counter of a running array: what number the next superblock update carries. Immutable; kernel source:
 * {@code md_update_sb}.
 *
 * <ul>
 *   <li>Every update adds 1, so members written before and after a crash differ by 1 and are both taken as current.
 *   <li>Only a change to clean that directly follows a plain change to dirty subtracts that 1 again: an idle array
 *       oscillates between two numbers instead of leaving its spares behind. Not while degraded, and not for the first
 *       pair after a start.
 *   <li>A failed member must come to lie at least 2 below the others before anything it missed is acknowledged. That
 *       takes several updates, each written to every other member before the next begins:
 *       {@link #updatesToOutdate}.
 * </ul>
 *
 * @param events the number the last update carried, or the best superblock's at a start
 * @param highest the highest number any member may carry
 * @param last what the last update was
 */
public record EventCounter(long events, long highest, Last last) {
    /** What decides whether the next update may subtract. */
    public enum Last {
        /** None yet since the array was started. */
        STARTED,
        /** Clean to dirty and nothing else, the array being complete. */
        DIRTIED,
        /** Anything else. */
        OTHER
    }

    /**
     * The counter of an array that starts with the given number. An absent member may carry one more: it got the update
     * that a crash kept from the others.
     */
    public static EventCounter started(long events) {
        return new EventCounter(events, events + 1, Last.STARTED);
    }

    /** The next update only marks the array dirty. */
    public EventCounter dirtied(boolean degraded) {
        return forward(last == Last.STARTED || degraded ? Last.OTHER : Last.DIRTIED);
    }

    /** The next update only marks the array clean. */
    public EventCounter cleaned(boolean degraded) {
        if (last == Last.DIRTIED && !degraded && events > 1) {
            return new EventCounter(events - 1, highest, Last.OTHER);
        }
        return forward(Last.OTHER);
    }

    /** The next update carries anything else: a failure, a new role, progress of a rebuild, ... */
    public EventCounter changed() {
        return forward(Last.OTHER);
    }

    /**
     * How many updates ({@link #changed}) it takes until a member that is not written any more is surely out of date:
     * 2, or 3 when it may still carry the number before the last decrease.
     */
    public int updatesToOutdate() {
        return (int) (highest - events) + 2;
    }

    private EventCounter forward(Last update) {
        return new EventCounter(events + 1, Math.max(highest, events + 1), update);
    }
}
