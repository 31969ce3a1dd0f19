package dev.ashlar.nbd.handshake;

import dev.ashlar.nbd.protocol.OptionReply;
import dev.ashlar.nbd.protocol.ReplyStyle;
import java.io.IOException;

/** STRUCTURED_REPLY: from now on every READ is answered in chunks. Asking twice changes nothing. */
final class StructuredReplyHandler implements OptionHandler {
    @Override
    public Next handle(OptionRequest request, Negotiation negotiation, OptionReplies replies)
            throws InvalidOptionException, IOException {
        request.requireNoData();
        if (negotiation.style() == ReplyStyle.EXTENDED) {
            replies.error(request.code(), OptionReply.ERR_EXT_HEADER_REQD, "extended headers have been agreed on already");
            return Next.OPTION;
        }
        negotiation.agreeStructuredReplies();
        replies.ack(request.code());
        return Next.OPTION;
    }
}
