package dev.ashlar.block;

/**
 * The storage below a device has become smaller than the device is. Bytes beyond its end are lost, and writing there
 * would bring back zeroes in their place, so such a device must not be used any more.
 */
public final class DeviceShrunkException extends DeviceException {
    private static final long serialVersionUID = 1L;

    /** See {@link DeviceException#DeviceException}. */
    public DeviceShrunkException(String device, String operation, long offsetBytes, long lengthBytes, String reason) {
        super(device, operation, offsetBytes, lengthBytes, reason);
    }
}
