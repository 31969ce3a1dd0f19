package dev.ashlar.cli.serve;

import java.util.Locale;

/** When a daemon encrypts; the words of nbdkit. */
public enum TlsMode {
    /** Never. */
    OFF,
    /** For clients that ask for it, and for exports that are served encrypted only. */
    ON,
    /** Always. */
    REQUIRE;

    /** @throws IllegalArgumentException if the word is none of these */
    public static TlsMode parse(String word) {
        for (TlsMode mode : values()) {
            if (mode.toString().equals(word)) {
                return mode;
            }
        }
        throw new IllegalArgumentException("'" + word + "' is none of off, on, require");
    }

    /** The word. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
