package dev.ashlar.nbd.transmission;

import java.io.IOException;

/** A change was not begun, because the connection that asked for it has been fenced. Nobody is left to be told. */
final class FencedException extends IOException {
    private static final long serialVersionUID = 1L;

    FencedException() {
        super("the client has gone, and nothing of it that waits is executed any more");
    }
}
