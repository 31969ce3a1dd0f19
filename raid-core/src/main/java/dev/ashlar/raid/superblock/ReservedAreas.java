package dev.ashlar.raid.superblock;

/**
 * The areas between md's metadata and the data that only Ashlar uses, as reserved when an array is made. All in bytes
 * of the member.
 *
 * <pre>
 *  0     4 KiB   +4 KiB…        2 MiB           2 MiB + 64 KiB                          data_offset
 *  ├─────┼───────┼──────────────┼───────────────┼───────────────┼───────────────────────┼──────
 *  │     │ sb    │ bitmap, ...  │ AshlarHeader  │ integrity     │ log: whole segments   │ data
 * </pre>
 *
 * @param integrityOffsetBytes where block checksums go: CRC-32C of every 4 KiB, so 1/1024 of the member
 * @param integrityBytes its length, a multiple of 4 KiB
 * @param logOffsetBytes where the log goes, on a whole MiB
 * @param logBytes its length: whole segments, at least {@link #MIN_SEGMENTS}
 * @param segmentBytes a segment, whole MiB
 */
public record ReservedAreas(
        long integrityOffsetBytes, long integrityBytes, long logOffsetBytes, long logBytes, long segmentBytes) {
    /** Smaller members reserve nothing: the areas would take too much of them. */
    public static final long MIN_MEMBER_BYTES = 64L << 20;

    /** The fewest segments a log may have. */
    public static final int MIN_SEGMENTS = 8;

    private static final long MIB = 1 << 20;
    private static final long INTEGRITY_OFFSET_BYTES = AshlarHeader.OFFSET_BYTES + (64 << 10);

    /** Fixes the sizes for a member. @param memberBytes at least {@link #MIN_MEMBER_BYTES} */
    static ReservedAreas of(long memberBytes) {
        if (memberBytes < MIN_MEMBER_BYTES) {
            throw new IllegalArgumentException("memberBytes=" + memberBytes + " min=" + MIN_MEMBER_BYTES);
        }
        long integrity = SuperblockLayout.roundUp(Math.ceilDiv(memberBytes, 1024), 4096);
        long log = Math.clamp(memberBytes / 32, 16 * MIB, 2048 * MIB);
        long segment = Math.clamp(log / 16, 2 * MIB, 64 * MIB) / MIB * MIB;
        long logOffset = SuperblockLayout.roundUp(INTEGRITY_OFFSET_BYTES + integrity, MIB);
        return new ReservedAreas(INTEGRITY_OFFSET_BYTES, integrity, logOffset, log / segment * segment, segment);
    }

    /** The first byte after the areas, on a whole MiB. */
    public long endBytes() {
        return logOffsetBytes + logBytes;
    }
}
