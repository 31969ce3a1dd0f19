package dev.ashlar.raid.superblock;

/**
 * A run of sectors of a member with a purpose.
 *
 * @param what its purpose, as an owner would say it
 * @param startSector first sector; negative for a place before the device
 * @param sectors how many
 */
public record Extent(String what, long startSector, long sectors) {
    /** The first sector after it. */
    public long endSector() {
        return startSector + sectors;
    }

    /** Whether the two have a sector in common. */
    public boolean overlaps(Extent other) {
        return startSector < other.endSector() && other.startSector < endSector();
    }

    @Override
    public String toString() {
        return what + " (sectors " + startSector + " to " + (endSector() - 1) + ")";
    }
}
