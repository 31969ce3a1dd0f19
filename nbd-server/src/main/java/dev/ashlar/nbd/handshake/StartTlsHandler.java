package dev.ashlar.nbd.handshake;

import dev.ashlar.nbd.protocol.OptionReply;
import java.io.IOException;

/** STARTTLS: acknowledged, and the next byte in either direction belongs to TLS. */
final class StartTlsHandler implements OptionHandler {
    @Override
    public Next handle(OptionRequest request, Negotiation negotiation, OptionReplies replies)
            throws InvalidOptionException, IOException {
        request.requireNoData();
        if (negotiation.peer().encrypted()) {
            throw new InvalidOptionException("TLS has begun already");
        }
        if (negotiation.tls() == null) {
            replies.error(request.code(), OptionReply.ERR_UNSUP, "this server is not set up for TLS");
            return Next.OPTION;
        }
        if (!negotiation.fixedNewstyle()) {
            replies.error(request.code(), OptionReply.ERR_POLICY, "TLS wants a client with the fixed newstyle flag");
            return Next.OPTION;
        }
        replies.ack(request.code());
        replies.send();
        return Next.TLS;
    }
}
