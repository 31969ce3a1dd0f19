package dev.ashlar.cli.result;

import java.io.IOException;

/** Ends a command with one sentence for its user and an exit code. */
public final class CommandFailure extends IOException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    /**
     * @param exitCode one of {@link ExitCode}
     * @param message one sentence, without the name of the command
     */
    public CommandFailure(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** One of {@link ExitCode}. */
    public int exitCode() {
        return exitCode;
    }
}
