package dev.ashlar.nbd.handshake;

import dev.ashlar.nbd.export.ExportRegistry;
import dev.ashlar.nbd.export.ExportUser;
import dev.ashlar.nbd.export.ServedExport;
import java.util.function.BooleanSupplier;

/** What one connection has agreed on so far. Used by its own thread only. */
public final class Negotiation {
    private final ExportRegistry exports;
    private final ExportUser user;
    private final BooleanSupplier stopping;
    private boolean noZeroes;
    private boolean structuredReplies;
    private ServedExport export;

    /**
     * @param exports what can be chosen
     * @param user the connection, entered into the export that it chooses
     * @param stopping whether the server goes down
     */
    public Negotiation(ExportRegistry exports, ExportUser user, BooleanSupplier stopping) {
        this.exports = exports;
        this.user = user;
        this.stopping = stopping;
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
