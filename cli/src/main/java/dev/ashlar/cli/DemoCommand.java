package dev.ashlar.cli;

import dev.ashlar.cli.demo.DemoRun;
import dev.ashlar.cli.result.ExitCode;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ashlar demo}: the main job in a directory of its own. */
@Command(
        name = "demo",
        description = "Shows and checks the main job: files onto a RAID 6 over NBD, two members lost under load, "
                + "rebuilt, scrubbed and compared. No root needed; ends with 0 only if every byte was right.")
final class DemoCommand extends Verb {
    @Option(
            names = "--size",
            converter = SizeConverter.class,
            paramLabel = "SIZE",
            defaultValue = "256M",
            description = "How much of real files to copy at least; ${DEFAULT-VALUE} by default.")
    private long wantedBytes;

    @Option(names = "--keep", description = "Leave images and logs behind.")
    private boolean keep;

    @Override
    public Integer call() throws IOException, InterruptedException {
        DemoRun.run(
                out(), err(), arguments -> Main.run(out(), err(), arguments), Launcher.path(), wantedBytes, keep);
        return ExitCode.OK;
    }
}
