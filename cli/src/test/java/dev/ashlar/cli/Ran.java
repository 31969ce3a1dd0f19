package dev.ashlar.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/**
 * A command that was run in this JVM.
 *
 * @param exitCode what it ended with
 * @param out its standard output
 * @param err its standard error
 */
record Ran(int exitCode, String out, String err) {
    static Ran ashlar(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Main.run(new PrintWriter(out), new PrintWriter(err), arguments);
        return new Ran(exitCode, out.toString(), err.toString());
    }
}
