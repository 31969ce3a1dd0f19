package dev.ashlar.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * {@code ashlar bench}: runs the benchmarks of the checkout. The launcher does the same without starting this class, and
 * hands {@code --help} on too.
 */
@Command(
        name = "bench",
        description = "Measures parity and arrays beside others and beside what the machine can do; --quick in some "
                + "minutes, --list names what there is, report writes docs/benchmarks.md from the last run.")
final class BenchCommand extends Verb {
    @Parameters(arity = "0..*", paramLabel = "NAME", description = "What to measure.")
    private List<String> names = List.of();

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Launcher.path().toString());
        command.add("bench");
        command.addAll(names);
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }
}
