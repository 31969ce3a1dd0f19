package dev.ashlar.block;

import java.io.IOException;

/** A device could not do what it was asked. Says which device, what, and where. */
public class DeviceException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String device;
    private final String operation;
    private final long offsetBytes;
    private final long lengthBytes;

    /**
     * @param device the device as the user knows it, a path as a rule
     * @param operation the verb of {@link BlockDevice} that failed
     * @param reason the system's words for it
     */
    public DeviceException(String device, String operation, long offsetBytes, long lengthBytes, String reason) {
        super(device + ": " + operation + " failed: " + reason
                + (lengthBytes == 0 ? "" : " (offset=" + offsetBytes + " length=" + lengthBytes + ")"));
        this.device = device;
        this.operation = operation;
        this.offsetBytes = offsetBytes;
        this.lengthBytes = lengthBytes;
    }

    /** The device as the user knows it. */
    public final String device() {
        return device;
    }

    /** The verb that failed. */
    public final String operation() {
        return operation;
    }

    /** First byte of the request that failed. */
    public final long offsetBytes() {
        return offsetBytes;
    }

    /** Length of the request that failed. */
    public final long lengthBytes() {
        return lengthBytes;
    }
}
