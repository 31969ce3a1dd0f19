package dev.ashlar.block;

/**
 * The storage below a device is full. Nothing is wrong with the device itself: the same write may succeed later.
 */
public final class NoSpaceException extends DeviceException {
    private static final long serialVersionUID = 1L;

    /** See {@link DeviceException#DeviceException}. */
    public NoSpaceException(String device, String operation, long offsetBytes, long lengthBytes) {
        super(device, operation, offsetBytes, lengthBytes, "no space left on device");
    }
}
