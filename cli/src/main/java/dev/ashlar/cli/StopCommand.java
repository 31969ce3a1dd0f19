package dev.ashlar.cli;

import dev.ashlar.cli.members.ArrayTarget;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.show.StatusJson;
import dev.ashlar.raid.ArrayStatus;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ashlar stop}: ends the export of a served array and stops it. */
@Command(name = "stop", description = "Ends the export of an array: clients drained, superblocks clean.")
final class StopCommand extends ArrayVerb {
    @Option(names = "--json", description = "Print the array as JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        switch (target()) {
            case ArrayTarget.Served(var daemon) -> {
                ArrayStatus status = Patience.call(err(), "waiting for what clients have sent to end", daemon::stop);
                print(StatusJson.write(status), "stopped " + status.name());
            }
            case ArrayTarget.Stopped(var array) -> {
                Map<String, Object> map = new LinkedHashMap<>();
                map.put("name", array.name());
                map.put("uuid", array.uuid());
                print(map, array.name() + " is not served");
            }
        }
        return ExitCode.OK;
    }

    private void print(Map<String, Object> array, String message) {
        if (json) {
            array.put("message", message);
            printJson(array);
        } else {
            out().println(message);
        }
    }
}
