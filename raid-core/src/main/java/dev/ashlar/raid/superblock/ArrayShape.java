package dev.ashlar.raid.superblock;

import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.layout.MirrorGeometry;
import dev.ashlar.raid.layout.ParityGeometry;
import dev.ashlar.raid.layout.StripedGeometry;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Level, layout, chunk and number of disks: whether they make sense together, how large the array is, what it survives.
 */
final class ArrayShape {
    private static final int MAX_DISKS = 32;
    private static final int MIN_CHUNK_SECTORS = 8;
    private static final int MAX_CHUNK_SECTORS = 128 << 10;
    private static final int RAID10_FAR_SETS = 3 << 17;

    private ArrayShape() {}

    /** What is wrong with the shape, without regard to members. */
    static Optional<Obstacle> problem(ArrayFields array) {
        RaidLevel level = array.level();
        if (array.raidDisks() < level.minimumDisks() || array.raidDisks() > MAX_DISKS) {
            return obstacle(Cause.DISKS_RANGE, "a " + level + " of " + array.raidDisks() + " disks is not served ("
                    + level.minimumDisks() + " to " + MAX_DISKS + " are)");
        }
        if (level != RaidLevel.RAID1 && !chunkInRange(level, array.chunkSectors())) {
            return obstacle(Cause.CHUNK_RANGE, "the chunk of " + Integer.toUnsignedLong(array.chunkSectors())
                    + " sectors is not served (a " + (level == RaidLevel.RAID0 ? "multiple of" : "power of two from")
                    + " 4 KiB, up to 64 MiB)");
        }
        if (level == RaidLevel.RAID10 && (array.layout() & RAID10_FAR_SETS) != 0) {
            return obstacle(Cause.RAID10_FAR_SETS, "RAID 10 with far sets (layout 0x"
                    + Integer.toHexString(array.layout()) + ") is not served");
        }
        if (array.has(Features.RAID0_LAYOUT) && (array.layout() < 1 || array.layout() > 2)) {
            return obstacle(Cause.UNSUPPORTED_LAYOUT, "RAID 0 has no layout " + array.layout());
        }
        return geometryProblem(array);
    }

    /**
     * The array's size in bytes; empty when it cannot be told.
     *
     * @param dataSizes data_size of every role; used at RAID 0
     */
    static OptionalLong arrayBytes(ArrayFields array, long[] dataSizes) {
        try {
            return OptionalLong.of(switch (array.level()) {
                case RAID0 -> striped(array, StripedGeometry.ORIGINAL, dataSizes).arrayBytes();
                case RAID1, RAID10 -> mirror(array).arrayBytes();
                case RAID4, RAID5, RAID6 -> parity(array).arrayBytes();
            });
        } catch (IllegalArgumentException _) {
            return OptionalLong.empty();
        }
    }

    /** Whether a RAID 0 of these members has two possible contents because its layout is not recorded. */
    static boolean layoutIsMissing(ArrayFields array, long[] dataSizes) {
        return array.level() == RaidLevel.RAID0
                && !array.has(Features.RAID0_LAYOUT)
                && striped(array, StripedGeometry.ORIGINAL, dataSizes).layoutMatters();
    }

    /**
     * Whether the array could run with these roles in sync.
     *
     * @param array of a shape without {@link #problem}
     * @param inSyncMask bit r for role r
     */
    static boolean survives(ArrayFields array, long inSyncMask) {
        long all = -1L >>> -array.raidDisks();
        long missing = all & ~inSyncMask;
        return switch (array.level()) {
            case RAID0 -> missing == 0;
            case RAID1 -> missing != all;
            case RAID10 -> mirror(array).survives(missing);
            case RAID4, RAID5, RAID6 -> Long.bitCount(missing) <= array.level().parityDisks();
        };
    }

    /** Whether a role holds nothing but parity, in every row. Kernel source: {@code only_parity}. */
    static boolean onlyParity(ArrayFields array, int role) {
        int last = array.raidDisks() - 1;
        int parity = array.level().parityDisks();
        return switch (array.level()) {
            case RAID4 -> role == last;
            case RAID5, RAID6 -> switch (array.layout()) {
                case 4 -> role < parity;
                case 5 -> role > last - parity;
                case 16, 17, 18, 19 -> role == last;
                case 20 -> role == 0 || role == last;
                default -> false;
            };
            case RAID0, RAID1, RAID10 -> false;
        };
    }

    private static Optional<Obstacle> geometryProblem(ArrayFields array) {
        try {
            switch (array.level()) {
                case RAID0 -> { }
                case RAID1, RAID10 -> mirror(array);
                case RAID4, RAID5, RAID6 -> parity(array);
            }
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            boolean size = e.getMessage().startsWith("componentSectors") || e.getMessage().startsWith("an array");
            return obstacle(size ? Cause.SIZE_RANGE : Cause.UNSUPPORTED_LAYOUT, e.getMessage());
        }
    }

    private static boolean chunkInRange(RaidLevel level, int chunkSectors) {
        return chunkSectors >= MIN_CHUNK_SECTORS
                && chunkSectors <= MAX_CHUNK_SECTORS
                && (level == RaidLevel.RAID0
                        ? chunkSectors % MIN_CHUNK_SECTORS == 0
                        : Integer.bitCount(chunkSectors) == 1);
    }

    private static StripedGeometry striped(ArrayFields array, int layout, long[] dataSizes) {
        return StripedGeometry.of(layout, array.chunkSectors(), dataSizes);
    }

    private static MirrorGeometry mirror(ArrayFields array) {
        return array.level() == RaidLevel.RAID1
                ? MirrorGeometry.raid1(array.raidDisks(), array.sizeSectors())
                : MirrorGeometry.raid10(array.layout(), array.raidDisks(), array.chunkSectors(), array.sizeSectors());
    }

    private static ParityGeometry parity(ArrayFields array) {
        return ParityGeometry.of(array.level(), array.layout(), array.raidDisks(), array.chunkSectors(),
                array.sizeSectors());
    }

    private static Optional<Obstacle> obstacle(Cause cause, String sentence) {
        return Optional.of(new Obstacle(cause, sentence));
    }
}
