package dev.ashlar.raid;

import java.io.IOException;

/** An array or a member cannot safely be used as asked. The message names the cause and, where there is one, the way on. */
public class ArrayRefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param message one sentence for the owner of the array */
    public ArrayRefusedException(String message) {
        super(message);
    }
}
