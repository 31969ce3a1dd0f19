package dev.ashlar.nbd.handshake;

/** The data of an option breaks its format. Becomes ERR_INVALID; the negotiation goes on. */
final class InvalidOptionException extends Exception {
    private static final long serialVersionUID = 1L;

    InvalidOptionException(String message) {
        super(message, null, false, false);
    }
}
