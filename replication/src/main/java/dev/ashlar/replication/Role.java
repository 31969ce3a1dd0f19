package dev.ashlar.replication;

/** What a node is to a replicated volume in the current epoch. */
public enum Role {
    /** Takes writes; one node in an epoch. */
    PRIMARY,
    /** Receives the primary's frames and refuses writes of its own. */
    SECONDARY
}
