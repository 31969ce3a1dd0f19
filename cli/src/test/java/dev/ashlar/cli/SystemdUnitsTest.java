package dev.ashlar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.nbd.testkit.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The example units are understood by systemd, and what they start by us. */
class SystemdUnitsTest {
    private static final Path CHECKOUT = Path.of("..").toAbsolutePath().normalize();
    private static final Tool ANALYZE = new Tool("systemd-analyze", "systemd");

    @TempDir
    private Path directory;

    private String unit(String name) throws IOException {
        return Files.readString(CHECKOUT.resolve("scripts/systemd").resolve(name));
    }

    @Test
    void systemdFindsNothingWrongWithThem() throws Exception {
        ANALYZE.orSkip(directory, "--version");
        Files.writeString(directory.resolve("ashlar.socket"), unit("ashlar.socket"));
        Files.writeString(directory.resolve("ashlar.service"),
                unit("ashlar.service").replace("/opt/ashlar", CHECKOUT.toString()));
        assertThat(ANALYZE.run(directory, "verify", "./ashlar.socket", "./ashlar.service")).doesNotContain("ashlar");
    }

    @Test
    void theCommandsAreOurs() throws IOException {
        isOurs("ExecStart=", "serve ");
        isOurs("ExecReload=", "reload ");
    }

    private void isOurs(String key, String verb) throws IOException {
        List<String> commands = unit("ashlar.service").lines().filter(line -> line.startsWith(key)).toList();
        assertThat(commands).singleElement().asString().startsWith(key + "/opt/ashlar/ashlar " + verb);
        String[] words = commands.getFirst().replaceFirst(".*?ashlar/ashlar ", "").replace("$MAINPID", "1").split(" ");
        CommandLine line = new CommandLine(new AshlarCommand());
        Verbs.addTo(line, words);
        assertThat(line.parseArgs(words).hasSubcommand()).isTrue();
    }
}
