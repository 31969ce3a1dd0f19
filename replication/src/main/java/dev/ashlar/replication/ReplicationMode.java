package dev.ashlar.replication;

/** When a write is answered, in DRBD's order of its protocols A, B and C. */
public enum ReplicationMode {
    /** When it is local; the peer follows. */
    ASYNC,
    /** When the peer has it in memory. */
    RECEIVE,
    /** When the peer has it on stable storage. */
    SYNC
}
