package dev.ashlar.cli.show;

import java.io.PrintWriter;

/**
 * Draws one line over and over on a terminal, and nothing at all where standard error is none.
 *
 * <p>Whether it is one comes from the launcher, because the JVM only knows about standard input and output together.
 */
public final class Terminal {
    private final PrintWriter err;
    private final boolean present;
    private int drawn;

    /**
     * @param err where to draw
     * @param present whether that is a terminal
     */
    public Terminal(PrintWriter err, boolean present) {
        this.err = err;
        this.present = present;
    }

    /** The terminal behind standard error, if the launcher saw one. */
    public static Terminal of(PrintWriter err) {
        return new Terminal(err, Boolean.getBoolean("ashlar.terminal"));
    }

    /** Whether anything is drawn at all. */
    public boolean present() {
        return present;
    }

    /** Replaces the line that was drawn before. */
    public void draw(String line) {
        if (present) {
            err.print('\r' + line + " ".repeat(Math.max(0, drawn - line.length())));
            err.flush();
            drawn = line.length();
        }
    }

    /** Says something that stays, also where no terminal is. */
    public void say(String line) {
        clear();
        err.println(line);
        err.flush();
    }

    /** Takes the line away, so that other output starts at the margin. */
    public void clear() {
        if (drawn > 0) {
            draw("");
            err.print('\r');
            err.flush();
            drawn = 0;
        }
    }
}
