package dev.ashlar.raid.engine;

import dev.ashlar.block.ExtentVisitor;

/** Joins neighbours of the same flags before a visitor sees them. Reused; belongs to one thread at a time. */
final class ExtentRun {
    private ExtentVisitor visitor;
    private long length;
    private long flags;

    void start(ExtentVisitor visitor) {
        this.visitor = visitor;
        length = 0;
    }

    /** The next extent, of any length above 0. Whether to go on. */
    boolean add(long lengthBytes, long extentFlags) {
        if (length > 0 && extentFlags != flags) {
            if (!visitor.extent(length, flags)) {
                length = 0;
                return false;
            }
            length = 0;
        }
        flags = extentFlags;
        length += lengthBytes;
        return true;
    }

    /** Gives the last extent, unless the visitor has ended the walk, and lets go of the visitor. */
    void finish() {
        ExtentVisitor last = visitor;
        visitor = null;
        if (length > 0) {
            last.extent(length, flags);
        }
    }
}
