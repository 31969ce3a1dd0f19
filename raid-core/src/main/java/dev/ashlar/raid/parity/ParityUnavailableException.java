package dev.ashlar.raid.parity;

/** An implementation was asked for that does not work here. The message says which, and what would help. */
public final class ParityUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ParityUnavailableException(ParityImplementation implementation, String reason) {
        super("parity=" + implementation.optionName() + " is not available: " + reason);
    }
}
