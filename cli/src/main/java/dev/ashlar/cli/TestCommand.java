package dev.ashlar.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code ashlar test}: runs the tests of the checkout. The launcher does the same without starting this class. */
@Command(
        name = "test",
        description = "Runs all tests; as root installs the Debian packages that the interop tests need, "
                + "otherwise says what is skipped and how to enable it.")
final class TestCommand extends Verb {
    @Parameters(arity = "0..*", paramLabel = "MAVEN_OPTION", description = "Passed on to Maven.")
    private List<String> options = List.of();

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Launcher.path().resolveSibling(Path.of("scripts", "test")).toString());
        command.addAll(options);
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }
}
