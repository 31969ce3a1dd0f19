package dev.ashlar.cli;

import dev.ashlar.cli.members.FoundArray;
import dev.ashlar.cli.members.MemberScan;
import dev.ashlar.cli.members.StoppedArray;
import dev.ashlar.cli.result.CommandFailure;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.show.StatusJson;
import dev.ashlar.raid.ArrayRefusedException;
import dev.ashlar.raid.ArrayStatus;
import dev.ashlar.raid.OpenOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** A verb that changes an array: in its daemon, or by opening a stopped one. */
abstract class OpeningVerb extends ArrayVerb {
    private static final String FORCE_OPENS = "--force opens it all the same";

    @Option(
            names = "--run",
            description = "Open a stopped array although members are absent that may have been running alone.")
    private boolean runAlone;

    @Option(names = "--json", description = "Print the array afterwards as JSON.")
    private boolean json;

    final boolean json() {
        return json;
    }

    /** Opens the array writable, works on it and stops it. */
    final <T> T open(FoundArray array, List<Path> members, StoppedArray.Work<T> work)
            throws IOException, InterruptedException {
        try {
            return StoppedArray.open(members, new OpenOptions(false, false, runAlone), work);
        } catch (ArrayRefusedException e) {
            throw new CommandFailure(ExitCode.REFUSED, withWayOn(e.getMessage(), array));
        }
    }

    /**
     * No verb but serve opens by force: {@code add --force} overwrites the device, which is another risk. And nobody is
     * led to start without members that may be there.
     */
    private static String withWayOn(String sentence, FoundArray array) throws IOException {
        for (Path directory : array.paths().stream().map(Path::getParent).distinct().toList()) {
            List<Path> unreadable = MemberScan.unreadable(directory);
            if (!unreadable.isEmpty()) {
                return sentence.replaceAll("; --(run|force) opens it all the same", "") + "; " + unreadable.getFirst()
                        + " may be a member and cannot be read";
            }
        }
        return sentence.replace(FORCE_OPENS, "serve it with 'ashlar serve --force' first, then say this verb again for "
                + array.name());
    }

    /** What was done, in words or as JSON. */
    final void print(String message, ArrayStatus status) {
        if (json) {
            Map<String, Object> map = StatusJson.write(status);
            map.put("message", message);
            printJson(map);
        } else {
            out().println(message);
        }
    }
}
