package dev.ashlar.cli;

import dev.ashlar.cli.control.RunDirectory;
import dev.ashlar.cli.members.ArrayFinder;
import dev.ashlar.cli.members.ArrayTarget;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A verb about one array that exists. */
abstract class ArrayVerb extends Verb {
    @Parameters(index = "0", paramLabel = "ARRAY", description = "Name of the array, or path of any member.")
    private String array;

    @Option(
            names = "--scan",
            paramLabel = "DIR",
            defaultValue = ".",
            description = "Where to look for members of stopped arrays; the current directory by default.")
    private Path scanDirectory;

    final ArrayTarget target() throws IOException {
        return new ArrayFinder(RunDirectory.of(System.getenv()), scanDirectory).find(array);
    }
}
