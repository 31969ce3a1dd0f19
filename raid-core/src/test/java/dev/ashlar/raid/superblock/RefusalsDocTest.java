package dev.ashlar.raid.superblock;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code docs/refusals.md} is the enum, in words. A table that differs is printed as it should be. */
class RefusalsDocTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "refusals.md");

    @Test
    void theDocumentListsEveryCauseWithWhatItStillAllows() throws Exception {
        String document = Files.readString(DOCUMENT);
        assertThat(document).contains(arrayTable());
        assertThat(document).contains(memberTable());
    }

    @Test
    void nothingThatCannotBeReadMayBeWritten() {
        for (Cause cause : Cause.values()) {
            assertThat(cause.write()).as(cause.name()).isGreaterThanOrEqualTo(cause.read());
            assertThat(cause.meaning()).as(cause.name()).doesNotEndWith(".").doesNotContain("|");
        }
    }

    private static String arrayTable() {
        return Arrays.stream(Cause.values())
                .filter(cause -> !cause.memberOnly())
                .map(cause -> "| `%s` | %s | %s | %s |".formatted(cause.name(), cause.meaning(), cause.read().word(),
                        cause.write().word()))
                .collect(Collectors.joining("\n", "| cause | what it is | read | write |\n|---|---|---|---|\n", "\n"));
    }

    private static String memberTable() {
        return Arrays.stream(Cause.values())
                .filter(Cause::memberOnly)
                .map(cause -> "| `%s` | %s |".formatted(cause.name(), cause.meaning()))
                .collect(Collectors.joining("\n", "| cause | what it is |\n|---|---|\n", "\n"));
    }
}
