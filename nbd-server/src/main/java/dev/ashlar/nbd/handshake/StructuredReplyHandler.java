package dev.ashlar.nbd.handshake;

import java.io.IOException;

/** STRUCTURED_REPLY: from now on every READ is answered in chunks. Asking twice changes nothing. */
final class StructuredReplyHandler implements OptionHandler {
    @Override
    public Next handle(OptionRequest request, Negotiation negotiation, OptionReplies replies)
            throws InvalidOptionException, IOException {
        request.requireNoData();
        negotiation.agreeStructuredReplies();
        replies.ack(request.code());
        return Next.OPTION;
    }
}
