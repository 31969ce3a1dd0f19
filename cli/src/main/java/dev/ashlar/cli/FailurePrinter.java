package dev.ashlar.cli;

import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.result.Failures;
import dev.ashlar.cli.show.Printable;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Says on standard error, in one line, what went wrong. */
final class FailurePrinter {
    private FailurePrinter() {}

    /** For {@link CommandLine#setExecutionExceptionHandler}. */
    static int execution(Exception failure, CommandLine command, boolean verbose) {
        print(command, Failures.sentence(failure));
        if (verbose) {
            failure.printStackTrace(command.getErr());
        }
        return Failures.exitCode(failure);
    }

    /** For {@link CommandLine#setParameterExceptionHandler}. */
    static int parameters(ParameterException failure) {
        CommandLine command = failure.getCommandLine();
        print(command, failure.getMessage() + " (see " + command.getCommandSpec().qualifiedName() + " --help)");
        return ExitCode.USAGE;
    }

    private static void print(CommandLine command, String sentence) {
        PrintWriter err = command.getErr();
        err.println(command.getCommandSpec().qualifiedName() + ": " + Printable.of(sentence.replace('\n', ' ')));
        err.flush();
    }
}
