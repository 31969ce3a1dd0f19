package dev.ashlar.raid.engine;

/**
 * Whether parity or copies agree where a walk is just now, asked once for each stretch. Reused; belongs to one thread at
 * a time.
 */
final class Agreement {
    private final EngineHost host;
    private long from;
    private long end;
    private boolean agreed;

    Agreement(EngineHost host) {
        this.host = host;
    }

    void forget() {
        from = 0;
        end = 0;
    }

    /** Whether all agrees from a sync byte up to {@link #end}; if not, some of it may. */
    boolean at(long syncOffset) {
        if (syncOffset < from || syncOffset >= end) {
            end = host.agreementEnd(syncOffset);
            // Of the whole stretch: between the two questions, some of it may have changed.
            agreed = host.consistent(syncOffset, end - syncOffset);
            from = syncOffset;
        }
        return agreed;
    }

    /** Sync byte behind the stretch that was asked for last. */
    long end() {
        return end;
    }
}
