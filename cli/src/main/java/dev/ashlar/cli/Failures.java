package dev.ashlar.cli;

import dev.ashlar.block.NoSpaceException;
import dev.ashlar.block.ReadOnlyDeviceException;
import dev.ashlar.raid.ArrayRefusedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Turns what went wrong into one line on standard error and an exit code. */
public final class Failures {
    private Failures() {}

    /** The exit code that a failure ends the command with. */
    public static int exitCode(Throwable failure) {
        return switch (failure) {
            case CommandFailure known -> known.exitCode();
            case ArrayRefusedException _ -> ExitCode.REFUSED;
            case ReadOnlyDeviceException _ -> ExitCode.REFUSED;
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
            case IllegalArgumentException _ when message != null -> message;
            default -> "unexpected " + failure + " (with --verbose it shows where)";
        };
    }

    /** For {@link CommandLine#setExecutionExceptionHandler}. */
    static int execution(Exception failure, CommandLine command, boolean verbose) {
        print(command, sentence(failure));
        if (verbose) {
            failure.printStackTrace(command.getErr());
        }
        return exitCode(failure);
    }

    /** For {@link CommandLine#setParameterExceptionHandler}. */
    static int parameters(ParameterException failure, String[] arguments) {
        CommandLine command = failure.getCommandLine();
        print(command, failure.getMessage() + " (see " + command.getCommandSpec().qualifiedName() + " --help)");
        return ExitCode.USAGE;
    }

    private static void print(CommandLine command, String sentence) {
        PrintWriter err = command.getErr();
        err.println(command.getCommandSpec().qualifiedName() + ": " + sentence.replace('\n', ' '));
        err.flush();
    }
}
