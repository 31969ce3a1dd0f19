package dev.ashlar.cli;

import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.result.Failures;
import dev.ashlar.cli.show.Printable;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

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
        print(command, sentence(failure) + " (see " + command.getCommandSpec().qualifiedName() + " --help)");
        return ExitCode.USAGE;
    }

    /** Behind {@code ashlar} itself, a word can only have been meant as a verb. */
    private static String sentence(ParameterException failure) {
        if (!(failure instanceof UnmatchedArgumentException wrong) || failure.getCommandLine().getParent() != null
                || wrong.getUnmatched().getFirst().startsWith("-")) {
            return failure.getMessage();
        }
        List<String> close = wrong.getSuggestions();
        return "there is no verb '" + wrong.getUnmatched().getFirst() + "'"
                + (close.isEmpty() ? "" : "; did you mean " + close.getFirst() + "?");
    }

    private static void print(CommandLine command, String sentence) {
        PrintWriter err = command.getErr();
        err.println(command.getCommandSpec().qualifiedName() + ": " + Printable.of(sentence.replace('\n', ' ')));
        err.flush();
    }
}
