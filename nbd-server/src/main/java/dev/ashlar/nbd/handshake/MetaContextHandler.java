package dev.ashlar.nbd.handshake;

import dev.ashlar.nbd.MetaContext;
import dev.ashlar.nbd.export.ServedExport;
import dev.ashlar.nbd.protocol.OptionReply;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * LIST_META_CONTEXT and SET_META_CONTEXT ("Metadata querying" of the protocol text). A query is the name of a context; in a
 * list, a namespace and its colon alone stand for all of the namespace, and no query at all for everything. Whatever is not
 * known selects nothing.
 *
 * <p>Data: length of the export's name (32 bits), name, number of queries (32 bits), and length (32 bits) and text of each.
 */
final class MetaContextHandler implements OptionHandler {
    /** What one connection may ask BLOCK_STATUS about. */
    private static final int MAX_SELECTED = 64;

    private final boolean set;

    /** @param set whether contexts are selected, or only listed */
    MetaContextHandler(boolean set) {
        this.set = set;
    }

    @Override
    public Next handle(OptionRequest request, Negotiation negotiation, OptionReplies replies)
            throws InvalidOptionException, IOException {
        if (set) {
            negotiation.selectNothing();
        }
        if (!negotiation.style().chunks()) {
            throw new InvalidOptionException("metadata contexts need structured replies or extended headers");
        }
        ByteBuffer data = request.data();
        String name = request.takeString(takeLength(data));
        List<String> queries = takeQueries(request);
        ServedExport export = negotiation.exports().find(name);
        if (negotiation.refusal(export) != null) {
            // Only INFO and GO may tell that TLS might show more.
            replies.error(request.code(), OptionReply.ERR_UNKNOWN, Negotiation.message(OptionReply.ERR_UNKNOWN));
            return Next.OPTION;
        }
        List<MetaContext> found = find(export, queries);
        if (set && found.size() > MAX_SELECTED) {
            replies.error(request.code(), OptionReply.ERR_TOO_BIG, "more than 64 metadata contexts");
            return Next.OPTION;
        }
        if (set) {
            negotiation.select(export, name, found);
        }
        reply(request, replies, found);
        return Next.OPTION;
    }

    private void reply(OptionRequest request, OptionReplies replies, List<MetaContext> found) throws IOException {
        for (int i = 0; i < found.size(); i++) {
            byte[] text = found.get(i).name().getBytes(StandardCharsets.UTF_8);
            replies.reply(request.code(), OptionReply.META_CONTEXT, Integer.BYTES + text.length)
                    .putInt(set ? i + 1 : 0)
                    .put(text);
        }
        replies.ack(request.code());
    }

    private static int takeLength(ByteBuffer data) throws InvalidOptionException {
        if (data.remaining() < Integer.BYTES) {
            throw new InvalidOptionException("too short for a length");
        }
        return data.getInt();
    }

    private static List<String> takeQueries(OptionRequest request) throws InvalidOptionException {
        int count = takeLength(request.data());
        if (count < 0 || count > request.data().remaining() / Integer.BYTES) {
            throw new InvalidOptionException("more queries than the option can hold");
        }
        List<String> queries = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            String query = request.takeString(takeLength(request.data()));
            if (query.indexOf(':') < 1) {
                throw new InvalidOptionException("a query must begin with a namespace and a colon");
            }
            queries.add(query);
        }
        if (request.data().hasRemaining()) {
            throw new InvalidOptionException("the queries do not fill the rest of the option");
        }
        return queries;
    }

    private List<MetaContext> find(ServedExport export, List<String> queries) {
        boolean all = !set && queries.isEmpty();
        return export.contexts().stream()
                .filter(context -> all || queries.stream().anyMatch(query -> matches(query, context.name())))
                .toList();
    }

    private boolean matches(String query, String name) {
        boolean namespace = query.indexOf(':') == query.length() - 1;
        return namespace ? !set && name.startsWith(query) : name.equals(query);
    }
}
