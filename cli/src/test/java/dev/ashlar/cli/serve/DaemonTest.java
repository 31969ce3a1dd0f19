package dev.ashlar.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.cli.control.Endpoint;
import dev.ashlar.cli.control.RunDirectory;
import dev.ashlar.cli.export.ExportSetting;
import dev.ashlar.cli.members.ArrayFinder;
import dev.ashlar.cli.members.ArrayTarget;
import dev.ashlar.cli.members.MemberScan;
import dev.ashlar.cli.serve.ServeConfig.ArrayExport;
import dev.ashlar.cli.serve.ServeConfig.ArraySource;
import dev.ashlar.raid.ArrayStatus;
import dev.ashlar.raid.ConsistencyPolicy;
import dev.ashlar.raid.CreateSpec;
import dev.ashlar.raid.OpenOptions;
import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.array.RaidArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DaemonTest {
    @TempDir
    private Path directory;

    private Path runDirectory;
    private RunDirectory run;
    private ArrayStatus array;
    private ServeConfig config;

    @BeforeEach
    void create() throws IOException {
        runDirectory = Files.createDirectory(directory.resolve("run"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        run = new RunDirectory(List.of(runDirectory));
        List<Path> members = List.of(directory.resolve("m0"), directory.resolve("m1"));
        array = RaidArray.create(new CreateSpec("daemon", RaidLevel.RAID1, 0, 0, 8 << 20, ConsistencyPolicy.BITMAP, 0,
                true, false, false, members, List.of()));
        config = new ServeConfig(
                ServerSetting.at(new Listening(List.of(new HostPort("127.0.0.1", 0)), List.of(), null)),
                List.of(new ArraySource(members, OpenOptions.WRITABLE)),
                List.of(new ArrayExport("daemon", ExportSetting.named("archive"))));
    }

    private boolean clean() throws IOException {
        return MemberScan.read(directory.resolve("m0")).superblock().array().clean();
    }

    @Test
    void aControlFileThatCannotBeRemovedDoesNotKeepTheArrayFromBeingStopped() throws IOException {
        Path inTheWay = Files.createDirectory(runDirectory.resolve(array.uuid() + ".json"));
        Files.createFile(inTheWay.resolve("x"));
        try (Daemon daemon = Daemon.start(config, run)) {
            assertThat(daemon.uris()).hasSize(1);
        }
        assertThat(inTheWay).isDirectory();
        assertThat(clean()).isTrue();
        RaidArray.open(List.of(directory.resolve("m0"), directory.resolve("m1")), OpenOptions.WRITABLE).close();
    }

    @Test
    void anArrayIsFoundByTheNameOfItsExport() throws IOException {
        try (Daemon _ = Daemon.start(config, run)) {
            assertThat(run.endpoints()).extracting(Endpoint::exports).containsExactly(List.of("archive"));
            assertThat(new ArrayFinder(run, directory).find("archive")).isInstanceOf(ArrayTarget.Served.class);
        }
    }

    @Test
    void anArrayThatIsServedIsNotServedAgain() throws IOException {
        try (Daemon _ = Daemon.start(config, run)) {
            assertThatThrownBy(() -> Daemon.start(config, run))
                    .hasMessage("array daemon is served already, by process " + ProcessHandle.current().pid());
        }
    }

    @Test
    void aDaemonThatWasToldToEndOpensNothingMore() throws IOException {
        Daemon daemon = new Daemon(run);
        daemon.close();
        assertThatThrownBy(() -> daemon.start(config)).hasMessageContaining("told to end");
        assertThat(clean()).isTrue();
        assertThat(run.endpoints()).isEmpty();
    }
}
