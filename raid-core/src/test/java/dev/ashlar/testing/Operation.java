package dev.ashlar.testing;

import dev.ashlar.block.BlockDevice;

/** The verbs of {@link BlockDevice} that test devices interfere with. */
public enum Operation {
    READ,
    WRITE,
    FLUSH,
    TRIM,
    WRITE_ZEROES,
    EXTENTS;

    /** The method's name, as in the messages of real devices. */
    public String verb() {
        return switch (this) {
            case READ -> "read";
            case WRITE -> "write";
            case FLUSH -> "flush";
            case TRIM -> "trim";
            case WRITE_ZEROES -> "writeZeroes";
            case EXTENTS -> "extents";
        };
    }
}
