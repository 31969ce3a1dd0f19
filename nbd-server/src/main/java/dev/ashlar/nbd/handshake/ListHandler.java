package dev.ashlar.nbd.handshake;

import dev.ashlar.nbd.export.ServedExport;
import dev.ashlar.nbd.protocol.OptionReply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** LIST: name and description of every export that this client may open. */
final class ListHandler implements OptionHandler {
    @Override
    public Next handle(OptionRequest request, Negotiation negotiation, OptionReplies replies)
            throws InvalidOptionException, IOException {
        request.requireNoData();
        for (ServedExport export : negotiation.exports().all()) {
            if (negotiation.refusal(export) != null) {
                continue;
            }
            byte[] name = export.name().getBytes(StandardCharsets.UTF_8);
            byte[] description = export.description().getBytes(StandardCharsets.UTF_8);
            replies.reply(request.code(), OptionReply.SERVER, Integer.BYTES + name.length + description.length)
                    .putInt(name.length)
                    .put(name)
                    .put(description);
        }
        replies.ack(request.code());
        return Next.OPTION;
    }
}
