package dev.ashlar.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.cli.result.CommandFailure;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.serve.ServeConfig.ArraySource;
import dev.ashlar.raid.ConsistencyPolicy;
import dev.ashlar.raid.CreateSpec;
import dev.ashlar.raid.OpenOptions;
import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.array.RaidArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of paths that were named as members and are none. */
class OpeningTest {
    private static final OpenOptions RUN = new OpenOptions(false, false, true);

    @TempDir
    private Path directory;

    @BeforeEach
    void create() throws IOException {
        List<Path> members = Stream.of("m0", "m1", "m2", "m3").map(directory::resolve).toList();
        RaidArray.create(new CreateSpec("slip", RaidLevel.RAID6, 2, 512 << 10, 8 << 20, ConsistencyPolicy.BITMAP, 0,
                true, false, false, members, List.of()));
    }

    private List<Opening> open(OpenOptions options, String... names) throws IOException {
        return Opening.of(new ArraySource(Stream.of(names).map(directory::resolve).toList(), options));
    }

    private void refused(int exitCode, String message, String... names) {
        assertThatThrownBy(() -> open(OpenOptions.WRITABLE, names))
                .isInstanceOfSatisfying(CommandFailure.class, e -> assertThat(e.exitCode()).isEqualTo(exitCode))
                .hasMessageContaining(message);
    }

    @Test
    void aMistypedPathIsNotTakenForADiskThatIsGone() throws IOException {
        refused(ExitCode.REFUSED, "array slip: " + directory.resolve("m3x")
                        + ": open failed: No such file or directory; but " + directory.resolve("m3")
                        + " is a current member that was not named",
                "m0", "m1", "m2", "m3x");
        Files.write(directory.resolve("notes"), new byte[1 << 20]);
        refused(ExitCode.REFUSED, "there is no md superblock; but " + directory.resolve("m3"),
                "m0", "m1", "m2", "notes");
        assertThat(open(RUN, "m0", "m1", "m2", "m3x")).hasSize(1);
        assertThat(open(OpenOptions.READ_ONLY, "m0", "m1", "m2", "m3x")).hasSize(1);
    }

    @Test
    void whoLeavesAMemberOutMeansIt() throws IOException {
        assertThat(open(OpenOptions.WRITABLE, "m0", "m1", "m2").getFirst().paths()).hasSize(3);
    }

    @Test
    void aDiskThatIsGoneKeepsNothingFromStarting() throws IOException {
        Files.delete(directory.resolve("m3"));
        Files.copy(directory.resolve("m0"), directory.resolve("copy-of-m0"));
        Opening opening = open(OpenOptions.WRITABLE, "m0", "m1", "m2", "m3").getFirst();
        assertThat(opening.paths()).endsWith(directory.resolve("m3")).hasSize(4);
        try (RaidArray array = RaidArray.open(opening.paths(), OpenOptions.WRITABLE)) {
            assertThat(array.status().degradedDisks()).isEqualTo(1);
            assertThat(array.status().warnings())
                    .contains(directory.resolve("m3") + ": open failed: No such file or directory");
        }
    }

    @Test
    void aMemberThatIsOutOfDateIsNotMeant() throws IOException {
        Path old = directory.resolve("m3");
        try (RaidArray array = RaidArray.open(
                Stream.of("m0", "m1", "m2", "m3").map(directory::resolve).toList(), OpenOptions.WRITABLE)) {
            array.failMember(old.toString());
        }
        assertThat(open(OpenOptions.WRITABLE, "m0", "m1", "m2", "m9")).hasSize(1);
    }

    @Test
    void whereNothingCanBeReadEveryPathIsNamed() {
        refused(ExitCode.IO_ERROR, directory.resolve("x") + ": open failed: No such file or directory; "
                + directory.resolve("y") + ": open failed", "x", "y");
        refused(ExitCode.USAGE, "an array has no members");
    }
}
