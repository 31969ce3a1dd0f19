package dev.ashlar.raid;

import java.util.UUID;

/**
 * One member of an array, as it was at one moment.
 *
 * @param name the path it was opened by; "" for a role nobody holds
 * @param role the role it holds or would return to, -1 for none
 * @param devNumber md's permanent number of the member, -1 when nobody holds the role
 * @param deviceUuid the member's own UUID, or null
 * @param state its state, or null when nobody holds the role
 * @param recoveredBytes while recovering, how much of it is rebuilt
 * @param readErrors blocks that could not be read and were mended or not
 * @param writeErrors failed writes and flushes
 * @param badSectors sectors in its bad-block log
 * @param reason why it is faulty or stale, else ""
 */
public record MemberStatus(
        String name,
        int role,
        int devNumber,
        UUID deviceUuid,
        MemberState state,
        long recoveredBytes,
        long readErrors,
        long writeErrors,
        long badSectors,
        String reason) {}
