package dev.ashlar.nbd.protocol;

/** Types of chunks in a structured reply. */
public final class Chunk {
    /** No payload; ends a reply. */
    public static final int NONE = 0;
    /** An offset and the bytes from there. */
    public static final int OFFSET_DATA = 1;
    /** An error number and a message; nothing may be assumed about the rest. */
    public static final int ERROR = 0x8001;

    private Chunk() {}
}
