package dev.ashlar.cli;

import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.show.ParityTable;
import dev.ashlar.raid.parity.ParitySpeeds;
import java.lang.management.ManagementFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ashlar parity}: which ways to compute parity there are, how fast each is, and which is taken. */
@Command(
        name = "parity",
        description = "Tests every way to compute parity that can be had here, measures it for some seconds, and shows "
                + "which one is taken for what when serve --parity says nothing.")
final class ParityCommand extends Verb {
    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    /** By the CPU time of this thread, so that a busy machine shows nearly the same. */
    @Override
    public Integer call() {
        ParitySpeeds speeds = ParitySpeeds.measure(ManagementFactory.getThreadMXBean()::getCurrentThreadCpuTime);
        if (json) {
            printJson(ParityTable.json(speeds));
        } else {
            out().print(ParityTable.text(speeds));
        }
        return ExitCode.OK;
    }
}
