package dev.ashlar.nbd.protocol;

/** Types of chunks in a structured or extended reply. */
public final class Chunk {
    /** No payload; ends a reply. */
    public static final int NONE = 0;
    /** An offset and the bytes from there. */
    public static final int OFFSET_DATA = 1;
    /** An offset and how many zeroes are there. */
    public static final int OFFSET_HOLE = 2;
    /** A context and extents with 32 bits for length and flags each; with structured replies. */
    public static final int BLOCK_STATUS = 5;
    /** A context and extents with 64 bits for length and flags each; with extended headers. */
    public static final int BLOCK_STATUS_EXT = 6;
    /** An error number and a message; nothing may be assumed about the rest. */
    public static final int ERROR = 0x8001;
    /** An error number, a message, and the offset from which on the request failed. */
    public static final int ERROR_OFFSET = 0x8002;

    private Chunk() {}
}
