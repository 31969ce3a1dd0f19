package dev.ashlar.cli.serve;

import dev.ashlar.cli.result.CommandFailure;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.nbd.ClientCertificates;
import dev.ashlar.nbd.TlsPolicy;
import dev.ashlar.nbd.TlsSettings;
import java.nio.file.Path;

/**
 * Whether and how a daemon encrypts. What is null was not said.
 *
 * @param mode when
 * @param certificates directory with {@code server-cert.pem}, {@code server-key.pem}, and {@code ca-cert.pem} to know
 *     clients by
 * @param verifyPeer whether clients without a certificate that holds are turned away
 * @param psk file of pre-shared keys
 */
public record TlsChoice(TlsMode mode, Path certificates, Boolean verifyPeer, Path psk) {
    /** Nothing said. */
    public static final TlsChoice NONE = new TlsChoice(null, null, null, null);

    /** What this says, and what {@code other} says where this says nothing. */
    public TlsChoice orElse(TlsChoice other) {
        return new TlsChoice(
                LimitChoice.first(mode, other.mode),
                LimitChoice.first(certificates, other.certificates),
                LimitChoice.first(verifyPeer, other.verifyPeer),
                LimitChoice.first(psk, other.psk));
    }

    /** When it encrypts: always where there is something to encrypt with and nothing else was said. */
    public TlsMode effectiveMode() {
        return LimitChoice.first(mode, certificates == null && psk == null ? TlsMode.OFF : TlsMode.REQUIRE);
    }

    /**
     * What the server is told; null for no TLS. Where there is a {@code ca-cert.pem}, clients are asked for
     * certificates, so that exports can tell them apart.
     *
     * @throws CommandFailure if something is missing
     */
    TlsSettings settings() throws CommandFailure {
        boolean verify = LimitChoice.first(verifyPeer, false);
        if (effectiveMode() == TlsMode.OFF) {
            if (verify && mode == null) {
                throw new CommandFailure(ExitCode.USAGE, "tls-verify-peer needs tls-certificates");
            }
            return null;
        }
        TlsSettings settings = files()
                .withPolicy(effectiveMode() == TlsMode.REQUIRE ? TlsPolicy.REQUIRED : TlsPolicy.SELECTIVE);
        if (verify && settings.trustAnchors() == null) {
            throw new CommandFailure(ExitCode.USAGE, certificates == null
                    ? "tls-verify-peer needs tls-certificates"
                    : "tls-verify-peer needs " + certificates.resolve("ca-cert.pem") + ", and there is none");
        }
        if (settings.trustAnchors() == null) {
            return settings;
        }
        return settings.withClients(verify ? ClientCertificates.REQUIRED : ClientCertificates.WANTED);
    }

    private TlsSettings files() throws CommandFailure {
        if (certificates == null && psk == null) {
            throw new CommandFailure(ExitCode.USAGE, "tls=" + mode + " needs tls-certificates or tls-psk");
        }
        return certificates == null ? TlsSettings.psk(psk) : TlsSettings.directory(certificates).withPskKeys(psk);
    }
}
