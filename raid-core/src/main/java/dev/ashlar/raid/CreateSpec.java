package dev.ashlar.raid;

import java.nio.file.Path;
import java.util.List;

/**
 * What a new array shall be.
 *
 * @param name set name, 1 to 32 bytes of UTF-8
 * @param level RAID level
 * @param layout md's number of the layout (see {@code LayoutNames}), 0 where the level has none
 * @param chunkBytes chunk, a power of two from 4 KiB to 64 MiB; 0 for RAID 1
 * @param memberBytes size for images that do not exist yet; 0 if all exist
 * @param policy bitmap or resync; none for RAID 0
 * @param bitmapChunkBytes what one bit covers, a power of two of at least 4096; 0 to choose
 * @param assumeClean whether existing members are taken to agree already
 * @param force whether members that carry something may be overwritten
 * @param headRoom whether room for integrity data and log is reserved before the data
 * @param members one path for each role, null for a role left missing
 * @param spares members without a role
 */
public record CreateSpec(
        String name,
        RaidLevel level,
        int layout,
        long chunkBytes,
        long memberBytes,
        ConsistencyPolicy policy,
        long bitmapChunkBytes,
        boolean assumeClean,
        boolean force,
        boolean headRoom,
        List<Path> members,
        List<Path> spares) {}
