package dev.ashlar.raid.superblock;

/** A device carries no md superblock at all. */
public final class NoSuperblockException extends SuperblockException {
    private static final long serialVersionUID = 1L;

    /** @param device the device as the user knows it */
    public NoSuperblockException(String device) {
        super(Cause.NO_SUPERBLOCK, device + ": there is no md superblock");
    }
}
