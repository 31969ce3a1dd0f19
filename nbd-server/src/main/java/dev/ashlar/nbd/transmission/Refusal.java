package dev.ashlar.nbd.transmission;

import dev.ashlar.nbd.protocol.NbdError;
import java.nio.charset.StandardCharsets;

/** Why a request is answered with an error before it reaches the device. */
enum Refusal {
    SHUTDOWN(NbdError.ESHUTDOWN, "the export is being stopped"),
    UNKNOWN_COMMAND(NbdError.EINVAL, "the server does not know this command"),
    UNKNOWN_FLAG(NbdError.EINVAL, "a flag that this command does not take or that was not agreed on"),
    PAYLOAD_FLAG(NbdError.EINVAL, "WRITE with an extended header needs the flag PAYLOAD_LEN, and this command refuses it"),
    READ_ONLY(NbdError.EPERM, "the export is read-only"),
    FLUSH_RANGE(NbdError.EINVAL, "offset and length of FLUSH must be zero"),
    PAST_END(NbdError.EINVAL, "the range ends beyond the end of the export"),
    NO_ROOM_PAST_END(NbdError.ENOSPC, "the range ends beyond the end of the export"),
    TOO_LONG(NbdError.EINVAL, "the payload is larger than the maximum block size"),
    TOO_LONG_FOR_ONE_CHUNK(NbdError.EOVERFLOW, "one chunk holds at most the maximum block size"),
    NOT_FAST(NbdError.ENOTSUP, "zeroing this range would not be faster than writing it"),
    NO_CONTEXT(NbdError.EINVAL, "no metadata context was selected for this export"),
    NO_STATUS_RANGE(NbdError.EINVAL, "a range of no bytes has no status"),
    BAD_CONTEXTS(NbdError.EINVAL, "the payload must be a length and different selected metadata contexts"),
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
