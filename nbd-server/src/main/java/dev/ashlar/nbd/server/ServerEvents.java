package dev.ashlar.nbd.server;

import java.util.concurrent.atomic.AtomicLongArray;

/** How often each event has happened since the server was made. All methods may be called from any thread. */
final class ServerEvents {
    private final AtomicLongArray counts = new AtomicLongArray(ServerEvent.values().length);

    void count(ServerEvent event) {
        counts.incrementAndGet(event.ordinal());
    }

    long total(ServerEvent event) {
        return counts.get(event.ordinal());
    }
}
