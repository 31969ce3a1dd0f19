package dev.ashlar.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command without a verb: says which verbs there are. */
@Command(
        name = "ashlar",
        version = "ashlar 0.1.0-SNAPSHOT",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        usageHelpAutoWidth = true,
        synopsisSubcommandLabel = "VERB",
        description = "Redundant volumes on the disk format of Linux md, served over NBD.",
        optionListHeading = "%nOptions:%n",
        commandListHeading = "%nVerbs:%n",
        footer = {
            "",
            "MEMBER is the path of an image or a block device, ARRAY a name or the path of any member.",
            "Exit codes: 0 ok, 1 degraded or mismatch, 2 usage, 3 refused, 4 I/O error, 69 missing tool."
        })
final class AshlarCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-v", "--verbose"},
            scope = ScopeType.INHERIT,
            description = "Log more, and show where an error comes from.")
    private void setVerbose(boolean wanted) {
        verbose = wanted;
        if (wanted) {
            LogSetup.verbose();
        }
    }

    private boolean verbose;

    boolean verbose() {
        return verbose || System.getenv("ASHLAR_DEBUG") != null;
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "a verb is missing");
    }
}
