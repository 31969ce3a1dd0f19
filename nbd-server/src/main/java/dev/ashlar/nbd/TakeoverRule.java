package dev.ashlar.nbd;

import java.util.Locale;

/** What a client's new connection to an export does to those that it has there already. */
public enum TakeoverRule {
    /**
     * They may all be alive, and stay. The new one is served after what the others had brought has ended, and those are
     * cut off that the client has left or whose system shows no life. What still is on its way from a connection that
     * seems alive may land later.
     */
    WAIT,

    /**
     * They are cut off at once, and the new one is served when the device has let go of them: nothing that they have
     * sent lands any more, however late it comes. Such a client has one connection at a time, and is told so.
     */
    NEWEST;

    /** @throws IllegalArgumentException if the word is none of these */
    public static TakeoverRule parse(String word) {
        for (TakeoverRule rule : values()) {
            if (rule.toString().equals(word)) {
                return rule;
            }
        }
        throw new IllegalArgumentException("'" + word + "' is none of wait, newest");
    }

    /** The word. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
