package dev.ashlar.raid;

import java.util.List;
import java.util.UUID;

/**
 * An array as it was at one moment; taken from memory, never from a member.
 *
 * @param name the set name on the members
 * @param uuid the set UUID
 * @param level RAID level
 * @param layoutName md's name of the layout, "" for levels without one
 * @param metadata the superblock's version, such as "1.2"
 * @param raidDisks how many roles the array has
 * @param chunkBytes chunk in bytes, 0 for RAID 1
 * @param componentBytes bytes used of each member, 0 for RAID 0
 * @param arrayBytes the volume's size
 * @param policy how it becomes consistent after an unclean stop
 * @param state its state
 * @param dirty whether an unclean stop now would leave something to resync
 * @param degradedDisks how many roles have no in-sync member
 * @param events md's event counter
 * @param mismatchSectors sectors found not to agree by the last check or repair, -1 if none was made since it was opened
 * @param progress the running background pass
 * @param members roles first, in order, absent ones included; then spares, then faulty and stale members
 * @param dirtyRegions set bits of the write-intent bitmap, -1 without one
 * @param totalRegions bits of the bitmap, -1 without one
 * @param warnings what its owner should know, a sentence each
 */
public record ArrayStatus(
        String name,
        UUID uuid,
        RaidLevel level,
        String layoutName,
        String metadata,
        int raidDisks,
        long chunkBytes,
        long componentBytes,
        long arrayBytes,
        ConsistencyPolicy policy,
        ArrayState state,
        boolean dirty,
        int degradedDisks,
        long events,
        long mismatchSectors,
        SyncProgress progress,
        List<MemberStatus> members,
        long dirtyRegions,
        long totalRegions,
        List<String> warnings) {
    /** Copies the lists. */
    public ArrayStatus {
        members = List.copyOf(members);
        warnings = List.copyOf(warnings);
    }

    /** The same in another state. */
    public ArrayStatus withState(ArrayState changed) {
        return new ArrayStatus(name, uuid, level, layoutName, metadata, raidDisks, chunkBytes, componentBytes, arrayBytes,
                policy, changed, dirty, degradedDisks, events, mismatchSectors, progress, members, dirtyRegions,
                totalRegions, warnings);
    }

    /** The same with other warnings. */
    public ArrayStatus withWarnings(List<String> changed) {
        return new ArrayStatus(name, uuid, level, layoutName, metadata, raidDisks, chunkBytes, componentBytes, arrayBytes,
                policy, state, dirty, degradedDisks, events, mismatchSectors, progress, members, dirtyRegions,
                totalRegions, changed);
    }
}
