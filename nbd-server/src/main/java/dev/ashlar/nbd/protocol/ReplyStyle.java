package dev.ashlar.nbd.protocol;

/**
 * How requests are answered, as was negotiated.
 *
 * <pre>
 *  simple reply:     magic (32) error (32) cookie (64) data
 *  structured chunk: magic (32) flags (16) type (16) cookie (64) length (32) payload
 *  extended chunk:   magic (32) flags (16) type (16) cookie (64) offset (64) length (64) payload
 * </pre>
 */
public enum ReplyStyle {
    /** Simple replies to everything. */
    SIMPLE(16),
    /** Chunks for READ and for everything that carries a payload, simple replies for the rest. */
    STRUCTURED(20),
    /** Extended headers both ways; chunks for everything. */
    EXTENDED(32);

    private final int headerBytes;

    ReplyStyle(int headerBytes) {
        this.headerBytes = headerBytes;
    }

    /** The size of a reply's or chunk's header. */
    public int headerBytes() {
        return headerBytes;
    }

    /** Whether replies can carry messages, several chunks, and the status of blocks. */
    public boolean chunks() {
        return this != SIMPLE;
    }
}
