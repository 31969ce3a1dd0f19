package dev.ashlar.cli.serve;

import dev.ashlar.raid.parity.ParityImplementation;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What is said of a daemon's server as a whole, by flags or by {@code [server]}.
 *
 * @param listening where
 * @param tls whether and how it encrypts
 * @param limits its bounds
 * @param metrics where it tells them over HTTP, null for nowhere
 * @param description of exports that have none of their own, null for one made from the array
 * @param parity how parity is computed, empty for what is fastest, null if nothing is said
 * @param cowDirectory where the changes of exports with {@code cow} are kept, null for the directory of temporary files
 * @param logRequests whether every request is logged, null if nothing is said
 */
public record ServerSetting(
        Listening listening, TlsChoice tls, LimitChoice limits, HostPort metrics, String description,
        Optional<ParityImplementation> parity, Path cowDirectory, Boolean logRequests) {
    /** Nothing said. */
    public static final ServerSetting NONE =
            new ServerSetting(Listening.NONE, TlsChoice.NONE, LimitChoice.NONE, null, null, null, null, null);

    /** Only where to listen. */
    public static ServerSetting at(Listening listening) {
        return new ServerSetting(listening, TlsChoice.NONE, LimitChoice.NONE, null, null, null, null, null);
    }

    /** All addresses of both, and of everything else what this says, or {@code other} where this says nothing. */
    public ServerSetting orElse(ServerSetting other) {
        return new ServerSetting(
                listening.and(other.listening),
                tls.orElse(other.tls),
                limits.orElse(other.limits),
                LimitChoice.first(metrics, other.metrics),
                LimitChoice.first(description, other.description),
                LimitChoice.first(parity, other.parity),
                LimitChoice.first(cowDirectory, other.cowDirectory),
                LimitChoice.first(logRequests, other.logRequests));
    }
}
