package dev.ashlar.cli.json;

import java.io.IOException;

/** A text is not the JSON that was expected. Says what is wrong and at which character. */
public final class JsonException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param message what is wrong and where */
    public JsonException(String message) {
        super(message);
    }
}
