package dev.ashlar.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The scripts that run benchmarks and write reports, by their own tests. */
public class ScriptsTest {
    private static final Path SCRIPTS = Path.of("").toAbsolutePath();

    @ParameterizedTest
    @ValueSource(strings = {"suite/selftest", "nbd/selftest"})
    void passTheirTests(String script) throws Exception {
        run(script);
    }

    @Test
    void theSuiteExplainsItself() throws Exception {
        assertThat(run("suite/bench", "--help")).anyMatch(line -> line.contains("--quick"));
    }

    /** Runs a script, which must succeed, and gives what it printed. */
    public static List<String> run(String... command) throws Exception {
        assumeTrue(onPath("python3"), "python3 is not installed, which " + command[0] + " needs");
        List<String> all = new ArrayList<>(List.of(command));
        all.set(0, SCRIPTS.resolve(command[0]).toString());
        Path out = Files.createTempFile("script", ".out");
        try {
            Process process = new ProcessBuilder(all).redirectErrorStream(true).redirectOutput(out.toFile()).start();
            int exitCode = process.waitFor();
            List<String> lines = Files.readAllLines(out);
            assertThat(exitCode).as("%s ended with: %s", all, String.join("\n", lines)).isZero();
            return lines;
        } finally {
            Files.delete(out);
        }
    }

    private static boolean onPath(String tool) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
    }
}
