package dev.ashlar.raid.engine;

import dev.ashlar.block.DeviceException;
import dev.ashlar.raid.ArrayFailedException;
import dev.ashlar.raid.member.Member;

/**
 * What a data path needs from the array around it. Calls may come while a stripe lock is held, so an implementation must
 * never wait for one.
 *
 * <p>Ranges named "sync bytes" are in the unit of the write-intent bitmap: component bytes, for RAID 10 array bytes.
 */
public interface EngineHost {
    /** The array's name, for messages. */
    String name();

    /** Whether no member may be written, not even to mend a block. */
    boolean readOnly();

    /** Who holds which role now. */
    RoleTable roles();

    /** Whether parity or copies agree in this range of sync bytes, so that a lost block may be computed from them. */
    boolean consistent(long offsetSyncBytes, long lengthBytes);

    /**
     * Where the stretch from this sync byte on ends in which {@link #consistent} and {@link #resyncing} answer the same
     * everywhere; behind the byte, and not behind the last one.
     */
    long agreementEnd(long offsetSyncBytes);

    /** Whether what does not agree at this sync byte is being made to, or will be without anybody's doing. */
    boolean resyncing(long offsetSyncBytes);

    /** Whether members that are recovering get on. */
    boolean recovers();

    /** A write was left half done in this range of sync bytes: nothing may be computed from it until it is resynced. */
    void torn(long offsetSyncBytes, long lengthBytes);

    /**
     * Everything in this range of sync bytes was found or made to agree: a torn write there is over. Called under the
     * stripe's lock, so that it cannot forget a later one.
     */
    void agrees(long offsetSyncBytes, long lengthBytes);

    /**
     * A member could not be written, flushed, or read too often. Returns when its failure is durable on all others.
     *
     * @throws ArrayFailedException if the level cannot bear the loss; nothing is recorded then
     */
    void memberFailed(Member member, DeviceException cause) throws ArrayFailedException;

    /** As {@link #memberFailed}, but a member that the array cannot do without stays: what it still gives is of use. */
    void memberFailedIfBearable(Member member, DeviceException cause);

    /** A check could not compare this many sectors of the sync space, because something there cannot be read. */
    void notCompared(long sectors);

    /** A block that could not be read was computed, written back and read again. */
    void readErrorMended(Member member, DeviceException cause);

    /**
     * The range (component bytes) of the member holds nothing useful and must not be read: remembered in its bad-block
     * log.
     *
     * @return whether that is durable; false if the member has no log or it is full
     */
    boolean addBadBlocks(Member member, long offsetBytes, long lengthBytes);

    /** Bad blocks of the member in this range (component bytes) were written again. */
    void clearBadBlocks(Member member, long offsetBytes, long lengthBytes);
}
