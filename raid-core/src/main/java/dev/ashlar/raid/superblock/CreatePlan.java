package dev.ashlar.raid.superblock;

import dev.ashlar.raid.ConsistencyPolicy;
import dev.ashlar.raid.RaidLevel;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The layout of a new array: where everything lies on its members, and their first superblocks. Pure; nothing is
 * written.
 *
 * <p>Without head room the places are exactly mdadm's. With it the data begin later, behind {@link ReservedAreas}.
 * Members are numbered plainly: role i is dev_number i, spares follow.
 *
 * @param dataOffsetSectors data_offset of every member
 * @param componentSectors the superblocks' size; 0 for RAID 0
 * @param arrayBytes the volume's size
 * @param bitmap the write-intent bitmap, or null
 * @param areas Ashlar's areas, or null
 * @param superblocks by dev_number; roles left missing have none
 * @param warnings what the owner should know, a sentence each
 */
public record CreatePlan(
        long dataOffsetSectors,
        long componentSectors,
        long arrayBytes,
        Bitmap bitmap,
        ReservedAreas areas,
        NavigableMap<Integer, Superblock> superblocks,
        List<String> warnings) {
    /** Copies the collections. */
    public CreatePlan {
        superblocks = new TreeMap<>(superblocks);
        warnings = List.copyOf(warnings);
    }

    /**
     * What is asked for.
     *
     * @param name set name, 1 to 32 bytes of UTF-8
     * @param level RAID level
     * @param layout md's number; for RAID 0 of unequal members 1 or 2, 0 to choose
     * @param chunkSectors chunk; 0 for RAID 1
     * @param memberSectors size of the device for each role, 0 for a role left missing
     * @param spareSectors sizes of the spares
     * @param policy bitmap or resync, none for RAID 0
     * @param bitmapChunkBytes what one bit covers, 0 to choose
     * @param clean whether the members agree already: all zero, or the owner says so
     * @param headRoom whether to reserve {@link ReservedAreas}
     * @param setUuid of the array
     * @param deviceUuids one for each role and spare, in order of dev_number
     * @param nowSeconds seconds since 1970, for ctime and utime
     */
    public record Request(
            String name,
            RaidLevel level,
            int layout,
            int chunkSectors,
            List<Long> memberSectors,
            List<Long> spareSectors,
            ConsistencyPolicy policy,
            long bitmapChunkBytes,
            boolean clean,
            boolean headRoom,
            UUID setUuid,
            List<UUID> deviceUuids,
            long nowSeconds) {
        /** Copies the lists. */
        public Request {
            memberSectors = List.copyOf(memberSectors);
            spareSectors = List.copyOf(spareSectors);
            deviceUuids = List.copyOf(deviceUuids);
        }

        /** Size of a device by dev_number, 0 if the role is left missing. */
        long sectors(int devNumber) {
            int roles = memberSectors.size();
            return devNumber < roles ? memberSectors.get(devNumber) : spareSectors.get(devNumber - roles);
        }

        /** Roles and spares. */
        int devices() {
            return memberSectors.size() + spareSectors.size();
        }
    }

    /**
     * A write-intent bitmap.
     *
     * @param offsetSectors from the superblock's sector
     * @param sectors its length
     * @param chunkBytes what one bit covers
     * @param syncSectors what all bits cover: the component, at RAID 10 the array
     */
    public record Bitmap(int offsetSectors, long sectors, long chunkBytes, long syncSectors) {}

    /**
     * Lays out an array.
     *
     * @throws IllegalArgumentException that names what is illegal or too small, with numbers
     */
    public static CreatePlan of(Request request) {
        return new CreatePlanner(request).plan();
    }

    /** Ashlar's areas, if any are reserved. */
    public Optional<ReservedAreas> reservedAreas() {
        return Optional.ofNullable(areas);
    }

    /** The bitmap, if there is one. */
    public Optional<Bitmap> writeIntentBitmap() {
        return Optional.ofNullable(bitmap);
    }
}
