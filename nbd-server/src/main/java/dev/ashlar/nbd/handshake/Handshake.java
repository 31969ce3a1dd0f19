package dev.ashlar.nbd.handshake;

import dev.ashlar.nbd.protocol.Flag;
import dev.ashlar.nbd.protocol.Magic;
import dev.ashlar.nbd.protocol.Option;
import dev.ashlar.nbd.protocol.OptionReply;
import dev.ashlar.nbd.transport.Transport;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The negotiation of one connection.
 *
 * <pre>
 *  S: INIT_PASSWD (64) IHAVEOPT (64) handshake flags (16)        C: client flags (32)
 *  C: IHAVEOPT (64) option (32) length (32) data
 *                                       S: OPTION_REPLY (64) option (32) type (32) length (32) data
 *     ... until EXPORT_NAME or GO succeeds, or one side leaves
 * </pre>
 *
 * <p>Exactly the bytes of an option are received, never one more: what follows belongs to the next phase, which may
 * have another transport. So what an attacker puts behind a STARTTLS is never taken for a protected option: it meets the
 * TLS handshake, which it breaks. The peer decides how many options it sends and how slowly; whoever runs the handshake bounds
 * its time by closing the transport.
 */
public final class Handshake {
    private static final int CLIENT_FLAGS_BYTES = 4;
    private static final int OPTION_HEADER_BYTES = 16;

    /** Room for the longest name and several of the longest queries. */
    private static final int MAX_OPTION_BYTES = 32 << 10;

    private static final Map<Option, OptionHandler> HANDLERS = new EnumMap<>(Map.of(
            Option.EXPORT_NAME, new ExportNameHandler(),
            Option.ABORT, new AbortHandler(),
            Option.LIST, new ListHandler(),
            Option.STARTTLS, new StartTlsHandler(),
            Option.INFO, new InfoHandler(false),
            Option.GO, new InfoHandler(true),
            Option.STRUCTURED_REPLY, new StructuredReplyHandler(),
            Option.LIST_META_CONTEXT, new MetaContextHandler(false),
            Option.SET_META_CONTEXT, new MetaContextHandler(true),
            Option.EXTENDED_HEADERS, new ExtendedHeadersHandler()));

    private final Negotiation negotiation;
    private final Consumer<Transport> onTls;
    private Transport transport;
    private OptionReplies replies;
    private final MemorySegment memory = Arena.ofAuto().allocate(MAX_OPTION_BYTES);
    private final ByteBuffer input = memory.asByteBuffer();

    /**
     * Negotiates over {@code transport}; what is agreed is found in {@code negotiation}.
     *
     * @param onTls is given what the connection goes on with when TLS begins: from then on the peer has a name
     */
    public Handshake(Transport transport, Negotiation negotiation, Consumer<Transport> onTls) {
        this.transport = transport;
        this.negotiation = negotiation;
        this.onTls = onTls;
        this.replies = new OptionReplies(transport);
        negotiation.meet(transport.peer());
    }

    /**
     * Runs the negotiation to its end.
     *
     * @return whether the transmission phase follows; if not, the connection is to be closed
     * @throws IOException if the peer is gone
     */
    public boolean run() throws IOException {
        replies.raw(18)
                .putLong(Magic.INIT_PASSWD)
                .putLong(Magic.IHAVEOPT)
                .putShort((short) (Flag.FIXED_NEWSTYLE | Flag.NO_ZEROES));
        replies.send();
        int clientFlags = receive(CLIENT_FLAGS_BYTES).getInt();
        if ((clientFlags & ~(Flag.C_FIXED_NEWSTYLE | Flag.C_NO_ZEROES)) != 0) {
            return false;
        }
        if ((clientFlags & Flag.C_FIXED_NEWSTYLE) != 0) {
            negotiation.agreeFixedNewstyle();
        }
        if (negotiation.tlsFirst() && !negotiation.fixedNewstyle()) {
            // Such a client must not be told of TLS, and will not be served without.
            return false;
        }
        if ((clientFlags & Flag.C_NO_ZEROES) != 0) {
            negotiation.agreeNoZeroes();
        }
        OptionHandler.Next next;
        do {
            next = option();
            if (next == OptionHandler.Next.TLS) {
                beginTls();
            }
        } while (next == OptionHandler.Next.OPTION || next == OptionHandler.Next.TLS);
        return next == OptionHandler.Next.TRANSMISSION;
    }

    /** Nothing of what came before is kept, and nothing that came before can be waiting in a buffer. */
    private void beginTls() throws IOException {
        transport = negotiation.tls().accept(transport);
        replies = new OptionReplies(transport);
        onTls.accept(transport);
        negotiation.meet(transport.peer());
    }

    private OptionHandler.Next option() throws IOException {
        ByteBuffer header = receive(OPTION_HEADER_BYTES);
        if (header.getLong() != Magic.IHAVEOPT) {
            return OptionHandler.Next.CLOSE;
        }
        int code = header.getInt();
        long lengthBytes = Integer.toUnsignedLong(header.getInt());
        Option option = Option.of(code);
        if (negotiation.tlsFirst() && option != Option.STARTTLS && option != Option.ABORT) {
            return needsTls(code, option, lengthBytes);
        }
        if (lengthBytes > MAX_OPTION_BYTES) {
            return tooBig(code, lengthBytes);
        }
        OptionHandler.Next next = handle(new OptionRequest(code, receive((int) lengthBytes)));
        replies.send();
        return next;
    }

    private OptionHandler.Next needsTls(int code, Option option, long lengthBytes) throws IOException {
        negotiation.logPlain();
        if (option == Option.EXPORT_NAME) {
            return OptionHandler.Next.CLOSE;
        }
        drop(lengthBytes);
        replies.error(code, OptionReply.ERR_TLS_REQD, "this server wants TLS before anything else");
        replies.send();
        return OptionHandler.Next.OPTION;
    }

    private OptionHandler.Next handle(OptionRequest request) throws IOException {
        Option option = Option.of(request.code());
        if (negotiation.stopping() && option != Option.ABORT && option != Option.EXPORT_NAME) {
            replies.error(request.code(), OptionReply.ERR_SHUTDOWN, "the server is shutting down");
            return OptionHandler.Next.OPTION;
        }
        if (!HANDLERS.containsKey(option)) {
            replies.error(request.code(), OptionReply.ERR_UNSUP, "this server does not know the option");
            return OptionHandler.Next.OPTION;
        }
        try {
            return HANDLERS.get(option).handle(request, negotiation, replies);
        } catch (InvalidOptionException e) {
            replies.error(request.code(), OptionReply.ERR_INVALID, e.getMessage());
            return OptionHandler.Next.OPTION;
        }
    }

    /** Drops the data of an option that is too long for anything we know, so that the next option is found. */
    private OptionHandler.Next tooBig(int code, long lengthBytes) throws IOException {
        Option option = Option.of(code);
        if (option == Option.EXPORT_NAME) {
            return OptionHandler.Next.CLOSE;
        }
        drop(lengthBytes);
        if (option == Option.ABORT) {
            return handle(new OptionRequest(code, receive(0)));
        }
        if (option == Option.SET_META_CONTEXT) {
            // It replaces what was selected before even where it fails.
            negotiation.selectNothing();
        }
        if (option == null) {
            replies.error(code, OptionReply.ERR_UNSUP, "this server does not know the option");
        } else {
            replies.error(code, OptionReply.ERR_TOO_BIG, "longer than any valid option of this kind");
        }
        replies.send();
        return OptionHandler.Next.OPTION;
    }

    private void drop(long bytes) throws IOException {
        for (long left = bytes; left > 0; left -= Math.min(left, MAX_OPTION_BYTES)) {
            receive((int) Math.min(left, MAX_OPTION_BYTES));
        }
    }

    private ByteBuffer receive(int bytes) throws IOException {
        transport.receiveFully(memory, 0, bytes);
        return input.clear().limit(bytes);
    }
}
