package dev.ashlar.nbd.handshake;

import dev.ashlar.block.BlockDevice;
import dev.ashlar.nbd.MetaContext;
import dev.ashlar.nbd.Peer;
import dev.ashlar.nbd.TlsPolicy;
import dev.ashlar.nbd.export.Entry;
import dev.ashlar.nbd.export.ExportRegistry;
import dev.ashlar.nbd.export.ExportUser;
import dev.ashlar.nbd.export.ServedExport;
import dev.ashlar.nbd.protocol.OptionReply;
import dev.ashlar.nbd.protocol.ReplyStyle;
import dev.ashlar.nbd.tls.TlsServer;
import java.io.IOException;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one connection has agreed on so far. Used by its own thread only. */
public final class Negotiation {
    private static final Logger LOG = LoggerFactory.getLogger(Negotiation.class);

    private final ExportRegistry exports;
    private final ExportUser user;
    private final BooleanSupplier stopping;
    private final TlsServer tls;
    private final DenialLog denials;
    private Peer peer;
    private boolean fixedNewstyle;
    private boolean noZeroes;
    private ReplyStyle style = ReplyStyle.SIMPLE;
    private String contextsOf = "";
    private ServedExport contextsIn;
    private List<MetaContext> contexts = List.of();
    private ServedExport export;
    private BlockDevice device;

    /**
     * @param exports what can be chosen
     * @param user the connection, entered into the export that it chooses
     * @param stopping whether the server goes down
     * @param tls how TLS is done, null for a server that does none
     * @param denials is told who is refused
     */
    public Negotiation(
            ExportRegistry exports, ExportUser user, BooleanSupplier stopping, TlsServer tls, DenialLog denials) {
        this.exports = exports;
        this.user = user;
        this.stopping = stopping;
        this.tls = tls;
        this.denials = denials;
    }

    ExportRegistry exports() {
        return exports;
    }

    boolean stopping() {
        return stopping.getAsBoolean();
    }

    /** How TLS is done, null for not at all. */
    TlsServer tls() {
        return tls;
    }

    /** Whom this is with: at the beginning, and again behind TLS. Drops what an attacker may have agreed on before. */
    void meet(Peer met) {
        peer = met;
        style = ReplyStyle.SIMPLE;
        selectNothing();
    }

    Peer peer() {
        return peer;
    }

    /** The client speaks fixed newstyle, without which there must be no talk of TLS. */
    void agreeFixedNewstyle() {
        fixedNewstyle = true;
    }

    boolean fixedNewstyle() {
        return fixedNewstyle;
    }

    /** Whether this client may do nothing but begin TLS, or leave (FORCEDTLS). */
    boolean tlsFirst() {
        return tls != null && tls.policy() == TlsPolicy.REQUIRED && !peer.encrypted();
    }

    /** Whether TLS may show this client exports that it cannot see without (SELECTIVETLS). */
    private boolean tlsShowsMore() {
        return tls != null && fixedNewstyle && !peer.encrypted();
    }

    boolean noZeroes() {
        return noZeroes;
    }

    void agreeNoZeroes() {
        noZeroes = true;
    }

    /** How requests are going to be answered. */
    public ReplyStyle style() {
        return style;
    }

    void agreeStructuredReplies() {
        style = ReplyStyle.STRUCTURED;
    }

    void agreeExtendedHeaders() {
        style = ReplyStyle.EXTENDED;
    }

    /** Selects metadata contexts of {@code candidate}, asked for by {@code name}, instead of all selected before. */
    void select(ServedExport candidate, String name, List<MetaContext> selected) {
        contextsIn = candidate;
        contextsOf = name;
        contexts = selected;
    }

    /** Forgets the selected metadata contexts. */
    void selectNothing() {
        select(null, "", List.of());
    }

    /**
     * What BLOCK_STATUS may ask about if {@code candidate} is entered by {@code name}. An export that has taken the place of
     * another of its name meanwhile has contexts of its own, which nobody has selected.
     */
    private List<MetaContext> contexts(ServedExport candidate, String name) {
        return candidate == contextsIn && name.equals(contextsOf) ? contexts : List.of();
    }

    /** What BLOCK_STATUS may ask about. After an export has been entered. */
    public List<MetaContext> contexts() {
        return contexts;
    }

    /** The transmission flags of {@code candidate}, should it be entered by {@code name} now. */
    int transmissionFlags(ServedExport candidate, String name) {
        return candidate.transmissionFlags(style, !contexts(candidate, name).isEmpty());
    }

    /**
     * Why the peer does not get {@code candidate}, which is null if there is none; null if it does. An export that it may not
     * open is answered like one that does not exist, so that names cannot be guessed.
     */
    OptionReply refusal(ServedExport candidate) {
        if (candidate != null && candidate.rules().permit(peer)) {
            return null;
        }
        return tlsShowsMore() ? OptionReply.ERR_TLS_REQD : OptionReply.ERR_UNKNOWN;
    }

    /** Tells the owner why the peer does not enter or see {@code candidate}, which is null if there is none. */
    void logDenial(ServedExport candidate, String name) {
        denials.denied(peer, name, candidate == null ? "there is none" : candidate.rules().objection(peer));
    }

    /** Tells the owner that the peer has not begun TLS. */
    void logPlain() {
        denials.plain(peer);
    }

    /** A refusal in words. */
    static String message(OptionReply refusal) {
        return refusal == OptionReply.ERR_TLS_REQD ? "no export of this name without TLS" : "no export of this name";
    }

    /** The export that was entered, null before the transmission phase. */
    public ServedExport export() {
        return export;
    }

    /** What requests reach. After an export has been entered. */
    public BlockDevice device() {
        return device;
    }

    /** Enters {@code chosen}, asked for by {@code name}, which may wait for what the same client had under way before. */
    Entry enter(ServedExport chosen, String name) {
        Entry entry = chosen.enter(user);
        if (entry != Entry.ENTERED) {
            return entry;
        }
        // From here on it is left, whatever happens.
        export = chosen;
        try {
            device = chosen.openDevice();
        } catch (IOException _) {
            leave();
            return Entry.NO_VIEW;
        }
        contexts = chosen.contextsOf(device, contexts(chosen, name));
        return entry;
    }

    /** Gives back what was entered, if anything was. The connection must not touch the device any more. */
    public void leave() {
        if (export == null) {
            return;
        }
        try {
            if (device != null) {
                export.closeDevice(device);
            }
        } catch (IOException e) {
            LOG.warn("export '{}': closing the view of a client: {}", export.name(), e.getMessage());
        } finally {
            export.leave(user);
            export = null;
            device = null;
        }
    }
}
