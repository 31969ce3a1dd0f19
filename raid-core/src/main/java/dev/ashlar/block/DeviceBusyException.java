package dev.ashlar.block;

/** A device could not be opened, because this or another process or the kernel uses it. */
public final class DeviceBusyException extends DeviceException {
    private static final long serialVersionUID = 1L;

    /** @param device the device as the user knows it, a path as a rule */
    public DeviceBusyException(String device) {
        super(device, "open", 0, 0, "the device is in use");
    }
}
