package dev.ashlar.cli.result;

import dev.ashlar.block.DeviceBusyException;
import dev.ashlar.block.NoSpaceException;
import dev.ashlar.block.ReadOnlyDeviceException;
import dev.ashlar.raid.ArrayRefusedException;
import dev.ashlar.raid.parity.ParityUnavailableException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Turns what went wrong into one sentence and an exit code. */
public final class Failures {
    private Failures() {}

    /** The exit code that a failure ends the command with. */
    public static int exitCode(Throwable failure) {
        return switch (failure) {
            case CommandFailure known -> known.exitCode();
            case ArrayRefusedException _ -> ExitCode.REFUSED;
            case ReadOnlyDeviceException _ -> ExitCode.REFUSED;
            case DeviceBusyException _ -> ExitCode.REFUSED;
            case ParityUnavailableException _ -> ExitCode.MISSING_TOOL;
            case IllegalArgumentException _ -> ExitCode.USAGE;
            default -> ExitCode.IO_ERROR;
        };
    }

    /** The failure in a sentence. The JDK's file exceptions say only which file, so their kind is added. */
    public static String sentence(Throwable failure) {
        String message = failure.getMessage();
        return switch (failure) {
            case NoSuchFileException _ -> message + ": no such file or directory";
            case AccessDeniedException _ -> message + ": permission denied";
            case FileAlreadyExistsException _ -> message + ": already exists";
            case FileSystemException _ -> message;
            case NoSpaceException _ -> message;
            case IOException _ when message != null -> message;
            case ParityUnavailableException _ -> message;
            case IllegalArgumentException _ when message != null -> message;
            default -> "unexpected " + failure + " (with --verbose it shows where)";
        };
    }
}
