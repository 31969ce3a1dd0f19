package dev.ashlar.nbd.transmission;

import dev.ashlar.block.NoSpaceException;
import dev.ashlar.block.ReadOnlyDeviceException;
import dev.ashlar.nbd.protocol.NbdError;

/** The one map from what a device throws to what a client is told. */
final class ErrnoMap {
    private ErrnoMap() {}

    /** The protocol's error for {@code failure}; everything without a better word is EIO. */
    static NbdError errorOf(Throwable failure) {
        return switch (failure) {
            case NoSpaceException _ -> NbdError.ENOSPC;
            case ReadOnlyDeviceException _ -> NbdError.EPERM;
            case OutOfMemoryError _ -> NbdError.ENOMEM;
            default -> NbdError.EIO;
        };
    }
}
