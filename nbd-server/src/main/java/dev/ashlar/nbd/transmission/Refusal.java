package dev.ashlar.nbd.transmission;

import dev.ashlar.nbd.protocol.NbdError;
import java.nio.charset.StandardCharsets;

/** Why a request is answered with an error before it reaches the device. */
enum Refusal {
    SHUTDOWN(NbdError.ESHUTDOWN, "the export is being stopped"),
    UNKNOWN_COMMAND(NbdError.EINVAL, "the server does not know this command"),
    UNKNOWN_FLAG(NbdError.EINVAL, "a flag that this command does not take or that was not agreed on"),
    READ_ONLY(NbdError.EPERM, "the export is read-only"),
    FLUSH_RANGE(NbdError.EINVAL, "offset and length of FLUSH must be zero"),
    PAST_END(NbdError.EINVAL, "the range ends beyond the end of the export"),
    NO_ROOM_PAST_END(NbdError.ENOSPC, "the range ends beyond the end of the export"),
    TOO_LONG(NbdError.EINVAL, "the payload is larger than the maximum block size"),
    NO_MEMORY(NbdError.ENOMEM, "the server has no memory left for the payload");

    private final NbdError error;
    private final byte[] message;

    Refusal(NbdError error, String message) {
        this.error = error;
        this.message = message.getBytes(StandardCharsets.UTF_8);
    }

    NbdError error() {
        return error;
    }

    /** UTF-8; shared, not to be changed. */
    byte[] message() {
        return message;
    }
}
