package dev.ashlar.nbd.handshake;

import java.io.IOException;

/** EXTENDED_HEADERS: from now on requests and replies have 64-bit lengths. Asking twice changes nothing. */
final class ExtendedHeadersHandler implements OptionHandler {
    @Override
    public Next handle(OptionRequest request, Negotiation negotiation, OptionReplies replies)
            throws InvalidOptionException, IOException {
        request.requireNoData();
        negotiation.agreeExtendedHeaders();
        replies.ack(request.code());
        return Next.OPTION;
    }
}
