package dev.ashlar.nbd.handshake;

import dev.ashlar.nbd.Peer;
import dev.ashlar.nbd.TlsPolicy;
import dev.ashlar.nbd.export.ExportRegistry;
import dev.ashlar.nbd.export.ExportUser;
import dev.ashlar.nbd.export.ServedExport;
import dev.ashlar.nbd.tls.TlsServer;
import java.util.function.BooleanSupplier;

/** What one connection has agreed on so far. Used by its own thread only. */
public final class Negotiation {
    private final ExportRegistry exports;
    private final ExportUser user;
    private final BooleanSupplier stopping;
    private final TlsServer tls;
    private Peer peer;
    private boolean fixedNewstyle;
    private boolean noZeroes;
    private boolean structuredReplies;
    private ServedExport export;

    /**
     * @param exports what can be chosen
     * @param user the connection, entered into the export that it chooses
     * @param stopping whether the server goes down
     * @param tls how TLS is done, null for a server that does none
     */
    public Negotiation(ExportRegistry exports, ExportUser user, BooleanSupplier stopping, TlsServer tls) {
        this.exports = exports;
        this.user = user;
        this.stopping = stopping;
        this.tls = tls;
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
        structuredReplies = false;
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
    boolean tlsShowsMore() {
        return tls != null && fixedNewstyle && !peer.encrypted();
    }

    /** The export this client means; null when there is none that it may open as it is now. */
    ServedExport find(String name) {
        ServedExport found = exports.find(name);
        return found != null && found.rules().permit(peer) ? found : null;
    }

    boolean noZeroes() {
        return noZeroes;
    }

    void agreeNoZeroes() {
        noZeroes = true;
    }

    /** Whether READ is answered with structured replies. */
    public boolean structuredReplies() {
        return structuredReplies;
    }

    void agreeStructuredReplies() {
        structuredReplies = true;
    }

    /** The export that was entered, null before the transmission phase. */
    public ServedExport export() {
        return export;
    }

    /** Enters {@code chosen}: false when it has been removed in the meantime. */
    boolean enter(ServedExport chosen) {
        if (!chosen.enter(user)) {
            return false;
        }
        export = chosen;
        return true;
    }
}
