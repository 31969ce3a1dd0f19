package dev.ashlar.nbd.tls;

import dev.ashlar.nbd.TlsPolicy;
import dev.ashlar.nbd.TlsSettings;
import dev.ashlar.nbd.TlsSetupException;
import dev.ashlar.nbd.transport.Transport;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a server needs for TLS: its policy, and handshakes with the newest credentials. All methods may be called from
 * any thread.
 */
public final class TlsServer {
    private static final Logger LOG = LoggerFactory.getLogger(TlsServer.class);
    private static final long LOG_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final TlsPolicy policy;
    private final WatchedFiles<X509Credentials> x509;
    private final LongSupplier nanoClock;
    private final AtomicLong nextLineNanos;
    private final AtomicLong leftOut = new AtomicLong();

    /**
     * Reads the files that {@code settings} names.
     *
     * @param nanoClock as {@link System#nanoTime}
     */
    public TlsServer(TlsSettings settings, LongSupplier nanoClock) throws TlsSetupException {
        this.policy = settings.policy();
        this.nanoClock = nanoClock;
        this.nextLineNanos = new AtomicLong(nanoClock.getAsLong());
        this.x509 = new WatchedFiles<>(() -> X509Credentials.load(settings), nanoClock, settings.certificates(),
                settings.key(), settings.trustAnchors(), settings.revocations());
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
        x509.reload();
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
            return TlsTransport.accept(lower, x509.get().newEngine(), new RecordReader(lower));
        } catch (IOException e) {
            tell(lower.peer().text(), e);
            throw e;
        }
    }

    /** At most one line a second: anybody may fail as often as he likes. */
    private void tell(String peer, IOException failure) {
        long now = nanoClock.getAsLong();
        long at = nextLineNanos.get();
        if (now - at >= 0 && nextLineNanos.compareAndSet(at, now + LOG_INTERVAL_NANOS)) {
            LOG.warn("TLS with {} failed: {} ({} similar left out)", peer, failure.getMessage(), leftOut.getAndSet(0));
        } else {
            leftOut.incrementAndGet();
        }
    }
}
