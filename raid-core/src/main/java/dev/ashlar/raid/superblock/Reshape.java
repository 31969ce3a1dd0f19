package dev.ashlar.raid.superblock;

/**
 * Bytes 100 to 123: where a reshape goes to. They count only with {@link Features#RESHAPE_ACTIVE}; the kernel leaves
 * the last reshape's values behind, so they are kept as found.
 *
 * @param newLevel the level it goes to, as md's number
 * @param position array sectors on the finished side
 * @param deltaDisks new minus old number of disks
 * @param newLayout the layout it goes to
 * @param newChunkSectors the chunk it goes to
 */
public record Reshape(int newLevel, long position, int deltaDisks, int newLayout, int newChunkSectors) {
    /** Never reshaped. */
    public static final Reshape NONE = new Reshape(0, 0, 0, 0, 0);
}
