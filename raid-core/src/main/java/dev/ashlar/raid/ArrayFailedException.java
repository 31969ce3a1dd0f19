package dev.ashlar.raid;

import dev.ashlar.block.DeviceException;

/** An array has lost more than its level can bear, and this request needs what is lost. */
public final class ArrayFailedException extends DeviceException {
    private static final long serialVersionUID = 1L;

    /** See {@link DeviceException#DeviceException}. */
    public ArrayFailedException(String array, String operation, long offsetBytes, long lengthBytes, String reason) {
        super(array, operation, offsetBytes, lengthBytes, reason);
    }
}
