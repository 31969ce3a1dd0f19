package dev.ashlar.cli;

import dev.ashlar.cli.members.ArrayTarget;
import dev.ashlar.cli.members.StoppedArray;
import dev.ashlar.cli.show.DetailText;
import dev.ashlar.cli.show.StatusJson;
import dev.ashlar.raid.ArrayStatus;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ashlar detail}: everything about one array. */
@Command(name = "detail", description = "Shows one array in full.")
final class DetailCommand extends ArrayVerb {
    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        List<String> uris = List.of();
        ArrayStatus status;
        switch (target()) {
            case ArrayTarget.Served(var daemon) -> {
                status = daemon.status();
                uris = daemon.uris();
            }
            case ArrayTarget.Stopped(var array) -> status = StoppedArray.look(array.paths());
        }
        if (json) {
            Map<String, Object> map = StatusJson.write(status);
            map.put("uris", uris);
            printJson(map);
        } else {
            out().print(DetailText.of(status));
            uris.forEach(uri -> out().println("    Served at " + uri));
        }
        return StatusCode.of(status);
    }
}
