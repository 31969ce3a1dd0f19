package dev.ashlar.nbd.protocol;

/** Flags of handshake, client, export, command and reply. */
public final class Flag {
    /** Handshake: replies to options are structured. */
    public static final int FIXED_NEWSTYLE = 1 << 0;
    /** Handshake: the 124 zero bytes behind EXPORT_NAME's answer can be left out. */
    public static final int NO_ZEROES = 1 << 1;
    /** Client: understands fixed newstyle. */
    public static final int C_FIXED_NEWSTYLE = 1 << 0;
    /** Client: wants no zero bytes. */
    public static final int C_NO_ZEROES = 1 << 1;

    /** Transmission: always set. */
    public static final int HAS_FLAGS = 1 << 0;
    /** Transmission: the export refuses every change. */
    public static final int READ_ONLY = 1 << 1;
    /** Transmission: FLUSH is served. */
    public static final int SEND_FLUSH = 1 << 2;
    /** Transmission: FUA is honoured on every command. */
    public static final int SEND_FUA = 1 << 3;
    /** Transmission: seeks cost time, as on a turning disk. */
    public static final int ROTATIONAL = 1 << 4;
    /** Transmission: TRIM is served. */
    public static final int SEND_TRIM = 1 << 5;
    /** Transmission: WRITE_ZEROES is served. */
    public static final int SEND_WRITE_ZEROES = 1 << 6;
    /** Transmission: DF is honoured. */
    public static final int SEND_DF = 1 << 7;
    /** Transmission: a FLUSH on one connection covers what any connection had answered. */
    public static final int CAN_MULTI_CONN = 1 << 8;
    /** Transmission: CACHE is served. */
    public static final int SEND_CACHE = 1 << 10;
    /** Transmission: FAST_ZERO is honoured. */
    public static final int SEND_FAST_ZERO = 1 << 11;
    /** Transmission: BLOCK_STATUS takes a payload that names contexts. */
    public static final int BLOCK_STATUS_PAYLOAD = 1 << 12;

    /** Command: durable before it is answered. */
    public static final int CMD_FUA = 1 << 0;
    /** Command WRITE_ZEROES: storage must stay allocated. */
    public static final int CMD_NO_HOLE = 1 << 1;
    /** Command READ: at most one content chunk. */
    public static final int CMD_DF = 1 << 2;
    /** Command BLOCK_STATUS: one extent per context, inside the range. */
    public static final int CMD_REQ_ONE = 1 << 3;
    /** Command WRITE_ZEROES: fail at once unless it is faster than a write. */
    public static final int CMD_FAST_ZERO = 1 << 4;
    /** Command, with extended headers: the length is that of a payload behind the header. */
    public static final int CMD_PAYLOAD_LEN = 1 << 5;

    /** Structured or extended reply: the last chunk of its request. */
    public static final int REPLY_DONE = 1 << 0;

    private Flag() {}
}
