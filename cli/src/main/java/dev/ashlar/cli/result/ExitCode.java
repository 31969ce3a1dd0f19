package dev.ashlar.cli.result;

/** What the command's exit code means. */
public final class ExitCode {
    /** Done. */
    public static final int OK = 0;

    /** Done, and the array is degraded or a check found mismatches. */
    public static final int DEGRADED = 1;

    /** The command was called wrongly, or names an array that is not there. */
    public static final int USAGE = 2;

    /** Refused, because it could do harm; the message says what would allow it. */
    public static final int REFUSED = 3;

    /** A device or a connection failed. */
    public static final int IO_ERROR = 4;

    /** A tool that is needed is missing. */
    public static final int MISSING_TOOL = 69;

    private ExitCode() {}
}
