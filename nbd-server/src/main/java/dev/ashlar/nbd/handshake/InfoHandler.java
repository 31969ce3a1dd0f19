package dev.ashlar.nbd.handshake;

import dev.ashlar.nbd.export.BlockSizes;
import dev.ashlar.nbd.export.Entry;
import dev.ashlar.nbd.export.ServedExport;
import dev.ashlar.nbd.protocol.Info;
import dev.ashlar.nbd.protocol.OptionReply;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * INFO and GO: everything a client may want to know about an export, and for GO the way into the transmission phase.
 *
 * <p>Data: length of the name (32 bits), name, number of information requests (16 bits), their types (16 bits each).
 */
final class InfoHandler implements OptionHandler {
    private static final int EXPORT_BYTES = 12;
    private static final int BLOCK_SIZE_BYTES = 14;

    private final boolean go;

    /** @param go whether a good answer enters the export */
    InfoHandler(boolean go) {
        this.go = go;
    }

    @Override
    public Next handle(OptionRequest request, Negotiation negotiation, OptionReplies replies)
            throws InvalidOptionException, IOException {
        ByteBuffer data = request.data();
        if (data.remaining() < Integer.BYTES + Short.BYTES) {
            throw new InvalidOptionException("too short for an export name and a number of information requests");
        }
        String name = request.takeString(data.getInt());
        if (data.remaining() < Short.BYTES) {
            throw new InvalidOptionException("the number of information requests is missing");
        }
        int count = Short.toUnsignedInt(data.getShort());
        if (data.remaining() != count * Short.BYTES) {
            throw new InvalidOptionException("the information requests do not fill the rest of the option");
        }
        ServedExport export = negotiation.exports().find(name);
        OptionReply refusal = negotiation.refusal(export);
        if (refusal != null) {
            negotiation.logDenial(export, name);
            replies.error(request.code(), refusal, Negotiation.message(refusal));
            return Next.OPTION;
        }
        Entry entry = go ? negotiation.enter(export, name) : Entry.ENTERED;
        if (entry != Entry.ENTERED) {
            OptionReply error = entry == Entry.REMOVED ? OptionReply.ERR_UNKNOWN : OptionReply.ERR_POLICY;
            replies.error(request.code(), error, entry.message());
            return Next.OPTION;
        }
        describe(export, name, request, negotiation, replies);
        replies.ack(request.code());
        if (!go) {
            return Next.OPTION;
        }
        replies.send();
        return Next.TRANSMISSION;
    }

    private static void describe(
            ServedExport export, String name, OptionRequest request, Negotiation negotiation, OptionReplies replies)
            throws IOException {
        replies.reply(request.code(), OptionReply.INFO, EXPORT_BYTES)
                .putShort((short) Info.EXPORT)
                .putLong(export.sizeBytes())
                .putShort((short) negotiation.transmissionFlags(export, name));
        // Sent unasked too, since the maximum differs from the 32 MiB that a client may otherwise assume.
        BlockSizes sizes = export.blockSizes();
        replies.reply(request.code(), OptionReply.INFO, BLOCK_SIZE_BYTES)
                .putShort((short) Info.BLOCK_SIZE)
                .putInt(sizes.minimum())
                .putInt(sizes.preferred())
                .putInt(sizes.maximum());
        boolean nameSent = false;
        boolean descriptionSent = export.description().isEmpty();
        while (request.data().hasRemaining()) {
            int type = Short.toUnsignedInt(request.data().getShort());
            if (type == Info.NAME && !nameSent) {
                text(request, replies, type, export.name());
                nameSent = true;
            } else if (type == Info.DESCRIPTION && !descriptionSent) {
                text(request, replies, type, export.description());
                descriptionSent = true;
            }
        }
    }

    private static void text(OptionRequest request, OptionReplies replies, int type, String value) throws IOException {
        byte[] text = value.getBytes(StandardCharsets.UTF_8);
        replies.reply(request.code(), OptionReply.INFO, Short.BYTES + text.length)
                .putShort((short) type)
                .put(text);
    }
}
