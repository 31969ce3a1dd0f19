package dev.ashlar.block;

/** A changing call reached a device that was opened read-only. */
public final class ReadOnlyDeviceException extends DeviceException {
    private static final long serialVersionUID = 1L;

    /** See {@link DeviceException#DeviceException}. */
    public ReadOnlyDeviceException(String device, String operation, long offsetBytes, long lengthBytes) {
        super(device, operation, offsetBytes, lengthBytes, "the device is read-only");
    }
}
