package dev.ashlar.cli;

import dev.ashlar.cli.control.ControlClient;
import dev.ashlar.cli.members.ArrayTarget;
import dev.ashlar.cli.result.CommandFailure;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.show.ArrayPicture;
import dev.ashlar.cli.show.PictureJson;
import java.io.IOException;
import java.util.Map;
import picocli.CommandLine.Option;

/** A verb about what only a served array has. */
abstract class ServedVerb extends ArrayVerb {
    @Option(names = "--json", description = "Print the array afterwards as JSON.")
    private boolean json;

    final boolean json() {
        return json;
    }

    /** The daemon that serves the array. */
    final ControlClient daemon() throws IOException {
        return switch (target()) {
            case ArrayTarget.Served(var daemon) -> daemon;
            case ArrayTarget.Stopped(var array) ->
                throw new CommandFailure(ExitCode.USAGE, array.name() + " is not served");
        };
    }

    /** What was done, in words or as JSON. */
    final void print(String message, ArrayPicture picture) {
        if (json) {
            Map<String, Object> map = PictureJson.writeFlat(picture);
            map.put("message", message);
            printJson(map);
        } else {
            out().println(message);
        }
    }
}
