package dev.ashlar.nbd.handshake;

import dev.ashlar.nbd.Peer;
import dev.ashlar.nbd.log.LogGate;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the owner who was refused what, and why, where the peer is told no more than that there is no such export.
 * Sparingly for the whole server. May be used by any thread.
 */
public final class DenialLog {
    private static final Logger LOG = LoggerFactory.getLogger(DenialLog.class);
    private static final int MOST_SHOWN = 64;

    private final LogGate gate;

    /** @param nanoClock as {@link System#nanoTime} */
    public DenialLog(LongSupplier nanoClock) {
        this.gate = new LogGate(nanoClock);
    }

    /** @param export as the peer has named it */
    void denied(Peer peer, String export, String reason) {
        String end = gate.pass();
        if (end != null) {
            LOG.warn("{}{} is refused export '{}': {}{}", peer.text(), who(peer), printable(export), reason, end);
        }
    }

    /** A peer that has not begun TLS, where the server wants it before anything else. */
    void plain(Peer peer) {
        String end = gate.pass();
        if (end != null) {
            LOG.warn("{}{} is refused: it has not begun TLS{}", peer.text(), who(peer), end);
        }
    }

    private static String who(Peer peer) {
        if (!peer.identities().isEmpty()) {
            return " (" + printable(String.join(", ", peer.identities())) + ")";
        }
        return peer.uid() == -1 ? "" : " (uid " + Integer.toUnsignedString(peer.uid()) + ")";
    }

    /** What a peer has sent must neither end the line nor fill the log. */
    private static String printable(String text) {
        String shown = text.length() > MOST_SHOWN ? text.substring(0, MOST_SHOWN) + "..." : text;
        return shown.replaceAll("\\p{Cntrl}", "?");
    }
}
