package dev.ashlar.nbd.protocol;

/** Types of information about an export, asked for by INFO and GO. */
public final class Info {
    /** Size and transmission flags; always sent. */
    public static final int EXPORT = 0;
    /** The export's own name. */
    public static final int NAME = 1;
    /** A line for people. */
    public static final int DESCRIPTION = 2;
    /** Minimum, preferred and maximum size of a request. */
    public static final int BLOCK_SIZE = 3;

    private Info() {}
}
