package dev.ashlar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.cli.result.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What the README tells people to type is understood, and its links lead somewhere. */
class ReadmeTest {
    private static final Path CHECKOUT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]+)(#[^)]*)?\\)");

    private static List<String> lines() throws IOException {
        return Files.readAllLines(CHECKOUT.resolve("README.md"));
    }

    @Test
    void everyCommandIsUnderstood() throws IOException {
        List<String> commands = lines().stream()
                .map(String::strip)
                .filter(line -> line.matches("(\\$ )?\\./ashlar [a-z].*"))
                .map(line -> line.replaceFirst("^(\\$ )?\\./ashlar ", "").replaceFirst(" *[&#>].*$", ""))
                .toList();
        assertThat(commands).hasSizeGreaterThan(8).contains("demo", "test");
        for (String command : commands) {
            String[] words = Stream.of(command.split(" +")).flatMap(ReadmeTest::expand).toArray(String[]::new);
            CommandLine line = new CommandLine(new AshlarCommand());
            Verbs.addTo(line, words);
            assertThat(line.parseArgs(words).hasSubcommand()).as(command).isTrue();
        }
    }

    /** As the shell does with {@code m{0..5}.img}. */
    private static Stream<String> expand(String word) {
        Matcher braces = Pattern.compile("(.*)\\{([0-9])\\.\\.([0-9])}(.*)").matcher(word);
        if (!braces.matches()) {
            return Stream.of(word);
        }
        int last = Integer.parseInt(braces.group(3));
        return Stream.iterate(Integer.parseInt(braces.group(2)), number -> number <= last, number -> number + 1)
                .map(number -> braces.group(1) + number + braces.group(4));
    }

    @Test
    void everyLinkLeadsSomewhere() throws IOException {
        String prose = String.join("\n", lines()).replaceAll("(?s)```.*?```", "");
        for (String line : prose.split("\n")) {
            Matcher link = LINK.matcher(line);
            while (link.find()) {
                if (!link.group(1).startsWith("http")) {
                    assertThat(CHECKOUT.resolve(link.group(1))).exists();
                }
            }
        }
    }

    @Test
    void theExitCodesItNamesAreTheRealOnes() throws IOException {
        assertThat(String.join("\n", lines())).contains(
                "| " + ExitCode.DEGRADED + " |", "| " + ExitCode.REFUSED + " |", "| " + ExitCode.MISSING_TOOL + " |");
    }
}
