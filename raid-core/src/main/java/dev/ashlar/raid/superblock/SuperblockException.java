package dev.ashlar.raid.superblock;

import dev.ashlar.raid.ArrayRefusedException;
import java.util.Objects;

/** A device has no superblock that may be used, or several may not be used together; {@link #reason} says why. */
public class SuperblockException extends ArrayRefusedException {
    private static final long serialVersionUID = 1L;

    private final Cause reason;

    /** @param message one sentence for the owner */
    public SuperblockException(Cause reason, String message) {
        super(message);
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    /** Why, as one of the named causes. */
    public final Cause reason() {
        return reason;
    }

    /** The same with the device's name before the message. */
    public SuperblockException on(String device) {
        return new SuperblockException(reason, device + ": " + getMessage());
    }
}
