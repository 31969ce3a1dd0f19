package dev.ashlar.cli;

import java.io.PrintWriter;
import picocli.CommandLine;

/** Entry of the command {@code ashlar}. */
public final class Main {
    private Main() {}

    /**
     * Runs one verb and ends the JVM with its exit code. Not by {@link System#exit}, which first loads the JDK's logging
     * to see whether exits are logged; nothing is left for shutdown hooks, and the daemon takes its own away.
     */
    public static void main(String[] arguments) {
        Runtime.getRuntime()
                .halt(run(new PrintWriter(System.out, true), new PrintWriter(System.err, true), arguments));
    }

    /** Runs one verb with its output going to the given writers; the exit code. */
    public static int run(PrintWriter out, PrintWriter err, String... arguments) {
        AshlarCommand ashlar = new AshlarCommand();
        CommandLine line = new CommandLine(ashlar);
        Verbs.addTo(line, arguments);
        line.setOut(out);
        line.setErr(err);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setParameterExceptionHandler((failure, _) -> FailurePrinter.parameters(failure));
        line.setExecutionExceptionHandler((failure, command, _) ->
                FailurePrinter.execution(failure, command, ashlar.verbose()));
        int exitCode = line.execute(arguments);
        out.flush();
        err.flush();
        return exitCode;
    }
}
