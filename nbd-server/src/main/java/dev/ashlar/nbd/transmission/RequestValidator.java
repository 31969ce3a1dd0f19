package dev.ashlar.nbd.transmission;

import dev.ashlar.nbd.ServerLimits;
import dev.ashlar.nbd.protocol.Command;
import dev.ashlar.nbd.protocol.Flag;
import dev.ashlar.nbd.protocol.ReplyStyle;

/**
 * The one place that says whether a request may reach the device ("Request types", "Command flags" and "Error values" of the
 * protocol text). Pure arithmetic on values.
 */
final class RequestValidator {
    private final long sizeBytes;
    private final boolean readOnly;
    private final ReplyStyle style;
    private final int contexts;

    /**
     * @param sizeBytes the size of the export
     * @param readOnly whether changes are refused
     * @param style what was agreed on, which decides about DF, PAYLOAD_LEN and long reads
     * @param contexts how many metadata contexts were selected
     */
    RequestValidator(long sizeBytes, boolean readOnly, ReplyStyle style, int contexts) {
        this.sizeBytes = sizeBytes;
        this.readOnly = readOnly;
        this.style = style;
        this.contexts = contexts;
    }

    /** Why {@code request} is refused, or null when it is not. The range of a BLOCK_STATUS with payload is not looked at. */
    Refusal check(Request request) {
        return switch (request.type()) {
            case Command.READ -> read(request);
            case Command.WRITE -> write(request);
            case Command.FLUSH -> flush(request);
            case Command.TRIM -> change(request, 0, Refusal.PAST_END);
            case Command.WRITE_ZEROES ->
                change(request, Flag.CMD_NO_HOLE | Flag.CMD_FAST_ZERO, Refusal.NO_ROOM_PAST_END);
            case Command.CACHE -> cache(request);
            case Command.BLOCK_STATUS -> blockStatus(request);
            default -> Refusal.UNKNOWN_COMMAND;
        };
    }

    private Refusal read(Request request) {
        if (!flagsWithin(request, style == ReplyStyle.SIMPLE ? 0 : Flag.CMD_DF)) {
            return Refusal.UNKNOWN_FLAG;
        }
        if (!inside(request)) {
            return Refusal.PAST_END;
        }
        if (request.lengthBytes() <= ServerLimits.MAX_REQUEST_BYTES) {
            return null;
        }
        if (style == ReplyStyle.SIMPLE) {
            return Refusal.TOO_LONG;
        }
        return request.has(Flag.CMD_DF) ? Refusal.TOO_LONG_FOR_ONE_CHUNK : null;
    }

    private Refusal write(Request request) {
        if (style == ReplyStyle.EXTENDED && !request.has(Flag.CMD_PAYLOAD_LEN)) {
            return Refusal.PAYLOAD_FLAG;
        }
        int payload = style == ReplyStyle.EXTENDED ? Flag.CMD_PAYLOAD_LEN : 0;
        Refusal refusal = change(request, payload, Refusal.NO_ROOM_PAST_END);
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

    private Refusal cache(Request request) {
        if (!flagsWithin(request, 0)) {
            return Refusal.UNKNOWN_FLAG;
        }
        return inside(request) ? null : Refusal.PAST_END;
    }

    private Refusal blockStatus(Request request) {
        boolean payload = request.has(Flag.CMD_PAYLOAD_LEN);
        int allowed = Flag.CMD_REQ_ONE | (style == ReplyStyle.EXTENDED ? Flag.CMD_PAYLOAD_LEN : 0);
        if (!flagsWithin(request, allowed)) {
            return Refusal.UNKNOWN_FLAG;
        }
        if (contexts == 0) {
            return Refusal.NO_CONTEXT;
        }
        return payload ? null : statusRange(request);
    }

    /** Why a BLOCK_STATUS cannot ask about its range, or null. */
    Refusal statusRange(Request request) {
        if (!inside(request)) {
            return Refusal.PAST_END;
        }
        return request.lengthBytes() == 0 ? Refusal.NO_STATUS_RANGE : null;
    }

    /** FUA is taken on every command, since clients set it where it means nothing. */
    private static boolean flagsWithin(Request request, int allowed) {
        return (request.flags() & ~(allowed | Flag.CMD_FUA)) == 0;
    }

    /** No side of a comparison can overflow: both numbers are unsigned, so a negative one is beyond every end. */
    private boolean inside(Request request) {
        long offset = request.offsetBytes();
        long length = request.lengthBytes();
        return offset >= 0 && length >= 0 && offset <= sizeBytes && length <= sizeBytes - offset;
    }
}
