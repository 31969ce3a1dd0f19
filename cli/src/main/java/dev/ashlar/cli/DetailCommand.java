package dev.ashlar.cli;

import dev.ashlar.cli.members.ArrayTarget;
import dev.ashlar.cli.members.StoppedArray;
import dev.ashlar.cli.show.ArrayPicture;
import dev.ashlar.cli.show.DetailText;
import dev.ashlar.cli.show.PictureJson;
import dev.ashlar.cli.show.ServedText;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ashlar detail}: everything about one array. */
@Command(name = "detail", description = "Shows one array in full.")
final class DetailCommand extends ArrayVerb {
    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        ArrayPicture picture =
                switch (target()) {
                    case ArrayTarget.Served(var daemon) -> daemon.picture();
                    case ArrayTarget.Stopped(var array) -> ArrayPicture.notServed(StoppedArray.look(array.paths()));
                };
        if (json) {
            printJson(PictureJson.writeFlat(picture));
        } else {
            out().print(DetailText.of(picture.status()));
            out().print(ServedText.detail(picture));
        }
        return StatusCode.of(picture.status());
    }
}
