package dev.ashlar.nbd.handshake;

import java.io.IOException;

/** Serves one option. */
interface OptionHandler {

    /** What follows an option. */
    enum Next {
        /** Another option. */
        OPTION,
        /** A TLS handshake, then another option. */
        TLS,
        /** The transmission phase, with the export that was entered. */
        TRANSMISSION,
        /** Nothing: the connection is closed. */
        CLOSE
    }

    /**
     * Replies to {@code request}.
     *
     * @throws InvalidOptionException if the data of the request is malformed and nothing has been replied
     * @throws IOException if the peer is gone
     */
    Next handle(OptionRequest request, Negotiation negotiation, OptionReplies replies)
            throws InvalidOptionException, IOException;
}
