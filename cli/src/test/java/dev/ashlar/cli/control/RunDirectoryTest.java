package dev.ashlar.cli.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunDirectoryTest {
    private static final UUID ARRAY = new UUID(1, 2);

    @TempDir
    private Path directory;

    private Path first;
    private RunDirectory run;

    @BeforeEach
    void open() {
        first = directory.resolve("run/ashlar");
        run = new RunDirectory(List.of(first, directory.resolve("ashlar-me")));
    }

    private static Endpoint endpoint(ProcessHandle process, long startedMillis) {
        return new Endpoint(
                ARRAY,
                "data",
                List.of("archive"),
                process.pid(),
                startedMillis,
                4711,
                "secret",
                List.of("/d/m0"),
                List.of("nbd://x"));
    }

    private static Endpoint mine() {
        ProcessHandle self = ProcessHandle.current();
        return endpoint(self, Endpoint.startedMillis(self));
    }

    @Test
    void whatADaemonWritesAVerbReads() throws IOException {
        Files.createDirectory(first.getParent());
        Path file = run.write(mine());
        assertThat(file).isEqualTo(first.resolve(ARRAY + ".json"));
        assertThat(run.endpoints()).containsExactly(mine());
        run.remove(ARRAY);
        assertThat(run.endpoints()).isEmpty();
    }

    @Test
    void nobodyElseCanReadTheToken() throws IOException {
        Files.createDirectory(first.getParent());
        Path file = run.write(mine());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(first))).isEqualTo("rwx------");
    }

    @Test
    void fallsBackToAnotherDirectory() throws IOException {
        assertThat(run.write(mine())).hasParent(directory.resolve("ashlar-me"));
        assertThat(run.endpoints()).hasSize(1);
    }

    @Test
    void aDirectoryThatOthersCanWriteIsNotBelieved() throws IOException {
        Files.createDirectory(first.getParent());
        run.write(mine());
        Files.setPosixFilePermissions(first, PosixFilePermissions.fromString("rwxrwx---"));
        assertThat(run.endpoints()).isEmpty();
        assertThat(run.write(mine())).hasParent(directory.resolve("ashlar-me"));
    }

    @Test
    void aFileWhoseProcessIsGoneIsRemoved() throws Exception {
        Files.createDirectory(first.getParent());
        Process process = new ProcessBuilder("true").start();
        long started = Endpoint.startedMillis(process.toHandle());
        process.waitFor();
        Path file = run.write(endpoint(process.toHandle(), started));
        assertThat(run.endpoints()).isEmpty();
        assertThat(file).doesNotExist();
    }

    @Test
    void anotherProcessWithTheSameNumberIsNotTakenForTheDaemon() throws IOException {
        Files.createDirectory(first.getParent());
        run.write(endpoint(ProcessHandle.current(), 1));
        assertThat(run.endpoints()).isEmpty();
    }

    @Test
    void aFileThatIsNoEndpointIsLeftAlone() throws IOException {
        Files.createDirectory(first.getParent());
        Path file = run.write(mine());
        Files.writeString(file, "{\"array\": \"of the future\"}");
        assertThat(run.endpoints()).isEmpty();
        assertThat(file).exists();
    }

    @Test
    void usesTheRuntimeDirectoryOfTheUser() throws IOException {
        RunDirectory user = RunDirectory.of(Map.of("XDG_RUNTIME_DIR", directory.toString()));
        assertThat(user.write(mine())).hasParent(directory.resolve("ashlar"));
    }

    @Test
    void saysWhereItLookedWhenThereIsNoPlace() {
        RunDirectory nowhere = new RunDirectory(List.of(directory.resolve("no/where")));
        assertThatThrownBy(() -> nowhere.write(mine())).hasMessageContaining("no/where");
    }
}
