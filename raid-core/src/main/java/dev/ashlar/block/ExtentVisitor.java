package dev.ashlar.block;

/**
 * Takes the extents of a range one after the other, from its start, without gaps. What the flags mean is said by whoever
 * gives them; {@link BlockDevice#extents} gives {@link #HOLE} and {@link #ZERO}.
 */
@FunctionalInterface
public interface ExtentVisitor {
    /** No storage is allocated here. (NBD's STATE_HOLE.) */
    long HOLE = 1;

    /** Reads as zeroes. (NBD's STATE_ZERO.) */
    long ZERO = 2;

    /**
     * The next extent.
     *
     * @param lengthBytes more than 0; neighbours may have the same flags
     * @param flags what is so in all of it
     * @return whether to go on; if not, the rest of the range is not looked at
     */
    boolean extent(long lengthBytes, long flags);
}
