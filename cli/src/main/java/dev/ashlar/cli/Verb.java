package dev.ashlar.cli;

import dev.ashlar.cli.json.JsonWriter;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What all verbs share: where they print, and how they say that they were called wrongly. */
abstract class Verb implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    final PrintWriter err() {
        return spec.commandLine().getErr();
    }

    final void printJson(Object value) {
        out().println(JsonWriter.write(value));
    }

    /** Tells where a daemon serves: a URI a line, or one line of JSON. */
    final void printUris(List<String> uris, boolean json) {
        if (json) {
            // Line ends inside of JSON strings are escaped, so that these are all between tokens.
            out().println(JsonWriter.write(Map.of("uris", uris)).replaceAll("\\n *", ""));
        } else {
            uris.forEach(out()::println);
        }
        out().flush();
    }

    /** Everything behind {@code ashlar}, as it was typed. */
    final List<String> arguments() {
        return spec.root().commandLine().getParseResult().originalArgs();
    }

    final ParameterException usage(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }
}
