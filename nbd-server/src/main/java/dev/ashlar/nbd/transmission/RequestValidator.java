package dev.ashlar.nbd.transmission;

import dev.ashlar.nbd.ServerLimits;
import dev.ashlar.nbd.protocol.Command;
import dev.ashlar.nbd.protocol.Flag;

/**
 * The one place that says whether a request may reach the device ("Request types" and "Error values" of the protocol
 * text). Pure arithmetic on values.
 */
final class RequestValidator {
    private final long sizeBytes;
    private final boolean readOnly;
    private final boolean structuredReplies;

    /**
     * @param sizeBytes the size of the export
     * @param readOnly whether changes are refused
     * @param structuredReplies whether they were agreed on, and DF with them
     */
    RequestValidator(long sizeBytes, boolean readOnly, boolean structuredReplies) {
        this.sizeBytes = sizeBytes;
        this.readOnly = readOnly;
        this.structuredReplies = structuredReplies;
    }

    /** Why {@code request} is refused, or null when it is not. */
    Refusal check(Request request) {
        return switch (request.type()) {
            case Command.READ -> read(request);
            case Command.WRITE -> write(request);
            case Command.FLUSH -> flush(request);
            case Command.TRIM -> change(request, 0, Refusal.PAST_END);
            case Command.WRITE_ZEROES -> change(request, Flag.CMD_NO_HOLE, Refusal.NO_ROOM_PAST_END);
            default -> Refusal.UNKNOWN_COMMAND;
        };
    }

    private Refusal read(Request request) {
        if (!flagsWithin(request, structuredReplies ? Flag.CMD_DF : 0)) {
            return Refusal.UNKNOWN_FLAG;
        }
        if (!inside(request)) {
            return Refusal.PAST_END;
        }
        return request.lengthBytes() > ServerLimits.MAX_REQUEST_BYTES ? Refusal.TOO_LONG : null;
    }

    private Refusal write(Request request) {
        Refusal refusal = change(request, 0, Refusal.NO_ROOM_PAST_END);
        return refusal == null && request.lengthBytes() > ServerLimits.MAX_REQUEST_BYTES ? Refusal.TOO_LONG : refusal;
    }

    private Refusal flush(Request request) {
        if (!flagsWithin(request, 0)) {
            return Refusal.UNKNOWN_FLAG;
        }
        return (request.offsetBytes() | request.lengthBytes()) == 0 ? null : Refusal.FLUSH_RANGE;
    }

    private Refusal change(Request request, int flags, Refusal pastEnd) {
        if (!flagsWithin(request, flags)) {
            return Refusal.UNKNOWN_FLAG;
        }
        if (readOnly) {
            return Refusal.READ_ONLY;
        }
        return inside(request) ? null : pastEnd;
    }

    /** FUA is taken on every command, since clients set it where it means nothing. */
    private static boolean flagsWithin(Request request, int allowed) {
        return (request.flags() & ~(allowed | Flag.CMD_FUA)) == 0;
    }

    /** Neither side of the comparison can overflow: the offset is unsigned, the length has 32 bits. */
    private boolean inside(Request request) {
        long offset = request.offsetBytes();
        return offset >= 0 && offset <= sizeBytes && request.lengthBytes() <= sizeBytes - offset;
    }
}
