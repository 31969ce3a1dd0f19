package dev.ashlar.cli.serve;

import dev.ashlar.nbd.RateLimits;
import dev.ashlar.nbd.ServerLimits;
import dev.ashlar.nbd.TimeLimits;
import java.time.Duration;

/**
 * The bounds of a daemon's server. What is null was not said, and the server's own default holds.
 *
 * @param maxConnections connections at a time
 * @param handshakeTimeout time from connecting to the use of an export
 * @param idleTimeout how long a client may ask for nothing, zero for ever
 * @param stallTimeout how long a client may leave a message half sent or an answer unread, zero for ever
 * @param rate bytes per second of all clients together
 * @param iops requests per second of all clients together
 */
public record LimitChoice(
        Integer maxConnections,
        Duration handshakeTimeout,
        Duration idleTimeout,
        Duration stallTimeout,
        Long rate,
        Long iops) {
    /** Nothing said. */
    public static final LimitChoice NONE = new LimitChoice(null, null, null, null, null, null);

    /** Checks the ranges. */
    public LimitChoice {
        if (maxConnections != null && (maxConnections < 1 || maxConnections > ServerLimits.MOST_CONNECTIONS)) {
            throw new IllegalArgumentException("max-connections must be from 1 to " + ServerLimits.MOST_CONNECTIONS);
        }
        if (handshakeTimeout != null && handshakeTimeout.isZero()) {
            throw new IllegalArgumentException("handshake-timeout must not be 0");
        }
    }

    /** What this says, and what {@code other} says where this says nothing. */
    public LimitChoice orElse(LimitChoice other) {
        return new LimitChoice(
                first(maxConnections, other.maxConnections),
                first(handshakeTimeout, other.handshakeTimeout),
                first(idleTimeout, other.idleTimeout),
                first(stallTimeout, other.stallTimeout),
                first(rate, other.rate),
                first(iops, other.iops));
    }

    static <T> T first(T said, T otherwise) {
        return said == null ? otherwise : said;
    }

    /** The bounds, with the server's own where nothing was said. */
    ServerLimits limits() {
        ServerLimits limits = ServerLimits.DEFAULTS;
        TimeLimits times = limits.times();
        times = handshakeTimeout == null ? times : times.withHandshake(handshakeTimeout);
        times = times.withIdle(first(idleTimeout, times.idle())).withStall(first(stallTimeout, times.stall()));
        return limits.withMaxConnections(first(maxConnections, limits.maxConnections()))
                .withTimes(times)
                .withRates(new RateLimits(first(rate, 0L), first(iops, 0L)));
    }
}
