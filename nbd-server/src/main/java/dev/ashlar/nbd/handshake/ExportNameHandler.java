package dev.ashlar.nbd.handshake;

import dev.ashlar.nbd.export.Entry;
import dev.ashlar.nbd.export.ServedExport;
import dev.ashlar.nbd.protocol.ReplyStyle;
import java.io.IOException;

/** EXPORT_NAME: the old way into the transmission phase. It has no error reply, so whatever is wrong closes. */
final class ExportNameHandler implements OptionHandler {
    private static final int ANSWER_BYTES = 10;
    private static final int ZEROES_BYTES = 124;

    @Override
    public Next handle(OptionRequest request, Negotiation negotiation, OptionReplies replies) throws IOException {
        String name;
        try {
            name = request.takeString(request.data().remaining());
        } catch (InvalidOptionException _) {
            // No such export can exist.
            return Next.CLOSE;
        }
        ServedExport export = negotiation.exports().find(name);
        if (negotiation.style() == ReplyStyle.EXTENDED || negotiation.stopping()) {
            return Next.CLOSE;
        }
        if (negotiation.refusal(export) != null) {
            negotiation.logDenial(export, name);
            return Next.CLOSE;
        }
        if (negotiation.enter(export, name) != Entry.ENTERED) {
            return Next.CLOSE;
        }
        replies.raw(ANSWER_BYTES + ZEROES_BYTES)
                .putLong(export.sizeBytes())
                .putShort((short) negotiation.transmissionFlags(export, name));
        if (!negotiation.noZeroes()) {
            replies.raw(ZEROES_BYTES).put(new byte[ZEROES_BYTES]);
        }
        replies.send();
        return Next.TRANSMISSION;
    }
}
