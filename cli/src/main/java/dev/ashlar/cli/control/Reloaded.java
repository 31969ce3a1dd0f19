package dev.ashlar.cli.control;

import java.util.List;

/**
 * What became of a configuration that was read again, in sentences.
 *
 * @param done what has changed
 * @param left what the configuration says and only a restart can do
 */
public record Reloaded(List<String> done, List<String> left) {
    /** Copies the lists. */
    public Reloaded {
        done = List.copyOf(done);
        left = List.copyOf(left);
    }

    /** All of it in one line. */
    public String sentence() {
        String changed = done.isEmpty() ? "nothing has changed" : String.join("; ", done);
        return left.isEmpty() ? changed : changed + "; left until a restart: " + String.join("; ", left);
    }
}
