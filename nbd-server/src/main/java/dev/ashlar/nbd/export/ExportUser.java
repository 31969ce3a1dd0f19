package dev.ashlar.nbd.export;

import dev.ashlar.nbd.PeerRules;
import java.util.function.BooleanSupplier;

/** A connection, as the export it uses sees it. All calls come from other threads and do not block. */
public interface ExportUser {

    /** Which client it is of, whatever other connections that has. */
    String client();

    /** Whether its peer may use an export under {@code rules}. */
    boolean permittedBy(PeerRules rules);

    /** Asks for an end once the requests in flight are answered. */
    void drain();

    /**
     * Cuts the connection off, and lets nothing that it has received and not begun reach the device any more. A call
     * already inside the device still runs to its end.
     */
    void abort();

    /** Whether it is known that the client has left this connection. */
    boolean peerGone();

    /** Cuts the connection off as {@link #abort}, because its client has another now. */
    void fence();

    /**
     * Whether nothing has come from the peer for a second, not even what its system says by itself when it is asked.
     * False where a peer's end is known at once.
     */
    boolean silent();

    /** Asks the peer's system for a sign of life, which ends the silence; {@link #endProbe} must follow. */
    void beginProbe();

    /** Asks no more. */
    void endProbe();

    /**
     * Takes note of everything the client has sent so far that can still change the device.
     *
     * @return says, whenever it is asked, whether all of that has ended
     */
    BooleanSupplier mark();
}
