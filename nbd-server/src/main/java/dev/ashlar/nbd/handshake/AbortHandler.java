package dev.ashlar.nbd.handshake;

import java.io.IOException;

/** ABORT: acknowledged, then closed. */
final class AbortHandler implements OptionHandler {
    @Override
    public Next handle(OptionRequest request, Negotiation negotiation, OptionReplies replies) throws IOException {
        replies.ack(request.code());
        replies.send();
        return Next.CLOSE;
    }
}
