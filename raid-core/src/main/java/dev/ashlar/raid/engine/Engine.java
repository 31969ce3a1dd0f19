package dev.ashlar.raid.engine;

import dev.ashlar.block.ExtentVisitor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * One RAID level's data path.
 *
 * <p>The caller has checked ranges, has made sure that superblocks say "dirty" and that the bitmap's bits are durable
 * before {@link #write} and {@link #writeZeroes}, and never calls with a stripe lock held. All methods are thread-safe.
 *
 * <p>Background passes go by <em>units</em>, each done whole under its stripe's lock. Resync and check run over the sync
 * space (component bytes, for RAID 10 array bytes), recovery over component bytes.
 */
public interface Engine {
    /** The size of the volume. */
    long arrayBytes();

    /** A request size the level serves best: a full stripe, or a chunk. */
    long stripeBytes();

    /** See {@link dev.ashlar.block.BlockDevice#read}. */
    void read(long offsetBytes, MemorySegment target, long targetOffset, long lengthBytes) throws IOException;

    /** See {@link dev.ashlar.block.BlockDevice#write}. */
    void write(long offsetBytes, MemorySegment source, long sourceOffset, long lengthBytes, boolean fua)
            throws IOException;

    /** See {@link dev.ashlar.block.BlockDevice#writeZeroes}. */
    void writeZeroes(long offsetBytes, long lengthBytes, boolean mayUnmap, boolean fua) throws IOException;

    /** See {@link dev.ashlar.block.BlockDevice#zeroesFast}. */
    boolean zeroesFast(long offsetBytes, long lengthBytes, boolean mayUnmap);

    /** See {@link dev.ashlar.block.BlockDevice#extents}; a member that does not answer has data. */
    void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor);

    /** See {@link dev.ashlar.raid.array.RaidArray#redundancy}. */
    void redundancy(long offsetBytes, long lengthBytes, ExtentVisitor visitor);

    /** See {@link dev.ashlar.block.BlockDevice#prefetch}. */
    void prefetch(long offsetBytes, long lengthBytes);

    /** First sync byte that a write of this array range touches. */
    long syncStart(long offsetBytes, long lengthBytes);

    /** Sync byte behind the last that a write of this array range touches. */
    long syncEnd(long offsetBytes, long lengthBytes);

    /** The size of the sync space. */
    long syncBytes();

    /** Bytes of the sync or recovery space in a unit; the last one may be shorter. */
    long unitBytes();

    /** The size of the recovery space: one component. */
    long recoveryBytes();

    /**
     * Makes parity or copies of a unit of the sync space agree with the data.
     *
     * @return false if some data of it cannot be read, so that its parity stays of no use
     */
    boolean resyncUnit(long unit) throws IOException;

    /**
     * Compares parity or copies of a unit of the sync space.
     *
     * @param repair whether to make them agree
     * @return sectors that did not agree, counted in whole 4 KiB blocks
     */
    long checkUnit(long unit, boolean repair) throws IOException;

    /** Rebuilds a unit of the recovery space on every member that is recovering there. */
    void recoverUnit(long unit) throws IOException;

    /**
     * Whether a bitmap-guided recovery must copy this unit of the recovery space, given what the bitmap marks in the sync
     * space.
     */
    boolean unitMarked(long unit, SyncRange marked);

    /** Whether the array can give all its data without the roles in the mask. */
    boolean survivesWithout(long rolesMask);

    /** Asks about a range of sync bytes. */
    @FunctionalInterface
    interface SyncRange {
        /** The answer for {@code [offsetSyncBytes, offsetSyncBytes + lengthBytes)}. */
        boolean test(long offsetSyncBytes, long lengthBytes);
    }
}
