package dev.ashlar.nbd.tls;

import dev.ashlar.nbd.TlsPolicy;
import dev.ashlar.nbd.TlsSettings;
import dev.ashlar.nbd.TlsSetupException;
import dev.ashlar.nbd.log.LogGate;
import dev.ashlar.nbd.transport.Transport;
import java.io.IOException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a server needs for TLS: its policy, and handshakes with the newest credentials. All methods may be called from
 * any thread.
 */
public final class TlsServer {
    private static final Logger LOG = LoggerFactory.getLogger(TlsServer.class);

    private final TlsPolicy policy;
    private final WatchedFiles<X509Credentials> x509;
    private final WatchedFiles<PskKeys> psk;
    private final LogGate gate;

    /**
     * Reads the files that {@code settings} names.
     *
     * @param nanoClock as {@link System#nanoTime}
     */
    public TlsServer(TlsSettings settings, LongSupplier nanoClock) throws TlsSetupException {
        this.policy = settings.policy();
        this.gate = new LogGate(nanoClock);
        this.x509 = settings.certificates() == null
                ? null
                : new WatchedFiles<>(() -> X509Credentials.load(settings), nanoClock, settings.certificates(),
                        settings.key(), settings.trustAnchors(), settings.revocations());
        this.psk = settings.pskKeys() == null
                ? null
                : new WatchedFiles<>(() -> PskKeys.load(settings.pskKeys()), nanoClock, settings.pskKeys());
    }

    /** When TLS is insisted on. */
    public TlsPolicy policy() {
        return policy;
    }

    /**
     * Reads all files now. Connections that are up keep what they have.
     *
     * @throws TlsSetupException if they will not do; handshakes go on with what they had
     */
    public void reload() throws TlsSetupException {
        if (x509 != null) {
            x509.reload();
        }
        if (psk != null) {
            psk.reload();
        }
    }

    /**
     * Runs a handshake over {@code lower}, which has acknowledged STARTTLS and received nothing since. It waits as long
     * as the peer makes it: closing {@code lower} ends that.
     *
     * @return a transport whose peer is encrypted and, where clients are checked, carries identities
     * @throws IOException if there is no TLS to be had with this peer: the connection must end
     */
    public Transport accept(Transport lower) throws IOException {
        try {
            RecordReader reader = new RecordReader(lower);
            return TlsTransport.accept(lower, engine(reader), reader);
        } catch (IOException e) {
            tell(lower.peer().text(), e);
            throw e;
        }
    }

    /** An engine for who this client is. Where there is a choice, what the client says first decides. */
    private RecordEngine engine(RecordReader reader) throws IOException {
        if (psk == null) {
            return x509.get().newEngine();
        }
        PskKeys keys = psk.get();
        if (x509 == null) {
            return new PskEngine(keys);
        }
        boolean wantsPsk = ClientHello.wantsPsk(reader.await(), identity -> keys.key(identity) != null);
        reader.putBack();
        return wantsPsk ? new PskEngine(keys) : x509.get().newEngine();
    }

    /** Anybody may fail as often as he likes. */
    private void tell(String peer, IOException failure) {
        String end = gate.pass();
        if (end != null) {
            LOG.warn("TLS with {} failed: {}{}", peer, failure.getMessage(), end);
        }
    }
}
