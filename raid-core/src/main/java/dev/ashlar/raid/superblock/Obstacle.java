package dev.ashlar.raid.superblock;

import dev.ashlar.raid.OpenOptions;
import java.util.Objects;

/**
 * Something the owner of an array should know before it is opened, and that may forbid opening it.
 *
 * @param cause which of the named causes
 * @param sentence what is the matter with this array, for its owner
 */
public record Obstacle(Cause cause, String sentence) {
    /** A cause that leaves out one member never stands before an array. */
    public Obstacle {
        if (cause.memberOnly()) {
            throw new IllegalArgumentException("cause=" + cause + " concerns one member only");
        }
        Objects.requireNonNull(sentence, "sentence");
    }

    /** Whether the array must not be opened with these options. */
    public boolean bars(OpenOptions options) {
        return !permission(options.readOnly()).allows(options);
    }

    /** The sentence and, where there is one, the way on. */
    public String advice(OpenOptions options) {
        if (!bars(options)) {
            return sentence;
        }
        boolean readable = !options.readOnly() && cause.read().allows(options);
        String way = switch (permission(options.readOnly())) {
            case WITH_RUN -> "; --run opens it all the same";
            case WITH_FORCE -> "; --force opens it all the same";
            case YES, NEVER -> "";
        };
        return sentence + way + (readable ? "; --read-only can read it" : "");
    }

    private Permission permission(boolean readOnly) {
        return readOnly ? cause.read() : cause.write();
    }
}
