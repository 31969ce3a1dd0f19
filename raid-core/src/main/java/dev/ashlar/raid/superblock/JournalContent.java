package dev.ashlar.raid.superblock;

/** What the log on a journal member holds from its tail on. */
public enum JournalContent {
    /** Not looked at. */
    UNKNOWN,
    /** No write that could be missing from the members. */
    EMPTY,
    /** Data or parity that may not be on the members yet. */
    HOLDS_WRITES
}
