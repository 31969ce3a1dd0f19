package dev.ashlar.block;

/** What a device is opened for, and so which lock is taken on it. */
public enum OpenMode {
    /** For reading and writing. Refused while anybody else has it open in a locking mode. */
    READ_WRITE,

    /**
     * For reading content that stays the same. Refused while a writer has it open. Several readers may share a file; a
     * block device has one, because the kernel knows no shared claim.
     */
    READ_ONLY,

    /** For a look at a device that may be in use and may change meanwhile, as {@code mdadm --examine} does. No lock. */
    EXAMINE
}
