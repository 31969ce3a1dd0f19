package dev.ashlar.nbd.server;

/** What happens to connections as a whole, and is counted. */
enum ServerEvent {
    ACCEPTED,
    /** There were as many connections as there may be. */
    REFUSED_BY_LIMIT,
    /** The peer's address had as many as it may have. */
    REFUSED_BY_ADDRESS_LIMIT,
    /** The peer was too slow to choose an export. */
    HANDSHAKE_TIMED_OUT,
    /** The connection ended before an export was chosen, for another reason. */
    HANDSHAKE_FAILED,
    IDLE_TIMED_OUT,
    STALL_TIMED_OUT,
    /** The client had left, and what it had sent was not executed any more because it came back. */
    FENCED
}
