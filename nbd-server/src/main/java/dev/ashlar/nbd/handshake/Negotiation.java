package dev.ashlar.nbd.handshake;

import dev.ashlar.nbd.MetaContext;
import dev.ashlar.nbd.Peer;
import dev.ashlar.nbd.export.Entry;
import dev.ashlar.nbd.export.ExportRegistry;
import dev.ashlar.nbd.export.ExportUser;
import dev.ashlar.nbd.export.ServedExport;
import dev.ashlar.nbd.protocol.OptionReply;
import dev.ashlar.nbd.protocol.ReplyStyle;
import java.util.List;
import java.util.function.BooleanSupplier;

/** What one connection has agreed on so far. Used by its own thread only. */
public final class Negotiation {
    private final ExportRegistry exports;
    private final ExportUser user;
    private final BooleanSupplier stopping;
    private final Peer peer;
    private boolean noZeroes;
    private ReplyStyle style = ReplyStyle.SIMPLE;
    private String contextsOf = "";
    private ServedExport contextsIn;
    private List<MetaContext> contexts = List.of();
    private ServedExport export;

    /**
     * @param exports what can be chosen
     * @param user the connection, entered into the export that it chooses
     * @param stopping whether the server goes down
     * @param peer who asks
     */
    public Negotiation(ExportRegistry exports, ExportUser user, BooleanSupplier stopping, Peer peer) {
        this.exports = exports;
        this.user = user;
        this.stopping = stopping;
        this.peer = peer;
    }

    ExportRegistry exports() {
        return exports;
    }

    boolean stopping() {
        return stopping.getAsBoolean();
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

    /** Why the peer may not have {@code candidate}, which is null if there is none; null if it may. */
    OptionReply refusal(ServedExport candidate) {
        if (candidate == null) {
            return OptionReply.ERR_UNKNOWN;
        }
        if (candidate.rules().requireTls() && !peer.encrypted()) {
            return OptionReply.ERR_TLS_REQD;
        }
        return candidate.rules().permit(peer) ? null : OptionReply.ERR_POLICY;
    }

    /** A refusal in words. */
    static String message(OptionReply refusal) {
        return switch (refusal) {
            case ERR_TLS_REQD -> "this export is for encrypted connections";
            case ERR_POLICY -> "this export is not for you";
            default -> "no export of this name";
        };
    }

    /** The export that was entered, null before the transmission phase. */
    public ServedExport export() {
        return export;
    }

    /** Enters {@code chosen}, asked for by {@code name}: false when it has been removed in the meantime. */
    boolean enter(ServedExport chosen, String name) {
        if (chosen.enter(user) != Entry.ENTERED) {
            return false;
        }
        contexts = contexts(chosen, name);
        export = chosen;
        return true;
    }
}
