package dev.ashlar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.cli.control.RunDirectory;
import dev.ashlar.cli.export.ExportSetting;
import dev.ashlar.cli.json.JsonObject;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.serve.Daemon;
import dev.ashlar.cli.serve.HostPort;
import dev.ashlar.cli.serve.Listening;
import dev.ashlar.cli.serve.ServeConfig;
import dev.ashlar.cli.serve.ServeConfig.ArraySource;
import dev.ashlar.cli.serve.ServerSetting;
import dev.ashlar.raid.OpenOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Arrays from their making to their end, through the verbs alone: stopped ones directly, served ones by a daemon. */
class ArrayLifeTest {
    @TempDir
    private Path directory;

    /** A name of its own, because the daemons of this user all announce themselves in one place. */
    private final String name = "life-" + UUID.randomUUID().toString().substring(0, 8);

    private String member(int number) {
        return directory.resolve("m" + number + ".img").toString();
    }

    private Ran create(String level, int members, String... options) {
        Stream<String> verb = Stream.concat(
                Stream.of("create", name, "--level=" + level, "--member-size=64M"), Stream.of(options));
        Stream<String> paths = IntStream.range(0, members).mapToObj(this::member);
        return Ran.ashlar(Stream.concat(verb, paths).toArray(String[]::new));
    }

    private Ran scan(String verb, String... more) {
        Stream<String> start = Stream.of(verb, name, "--scan=" + directory);
        return Ran.ashlar(Stream.concat(start, Stream.of(more)).toArray(String[]::new));
    }

    private static void ok(Ran ran) {
        assertThat(ran.err()).isEmpty();
        assertThat(ran.exitCode()).isEqualTo(ExitCode.OK);
    }

    private void makeBlank(int number) throws IOException {
        try (FileChannel file = FileChannel.open(
                Path.of(member(number)), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            file.position((64 << 20) - 1).write(ByteBuffer.allocate(1));
        }
    }

    @Test
    void aNewArrayIsCleanAndSaysSoEverywhere() throws IOException {
        Ran created = create("6", 5);
        ok(created);
        assertThat(created.out()).contains(name, "raid6 of 5 members", "ashlar serve " + member(0));
        Ran detail = scan("detail", "--json");
        ok(detail);
        JsonObject json = JsonObject.parse(detail.out());
        assertThat(json.text("name")).isEqualTo(name);
        assertThat(json.text("pattern")).isEqualTo("UUUUU");
        assertThat(json.text("consistency_policy")).isEqualTo("bitmap");
        assertThat(json.number("chunk_bytes")).isEqualTo(512 << 10);
        Ran examine = Ran.ashlar("examine", "--json", member(0), member(4));
        ok(examine);
        assertThat(JsonObject.parse(examine.out()).objects("members")).hasSize(2).allSatisfy(member -> {
            assertThat(member.text("name")).isEqualTo(name);
            assertThat(member.text("level")).isEqualTo("raid6");
        });
        ok(scan("check"));
    }

    @Test
    void anExistingArrayIsNotOverwrittenUnasked() {
        ok(create("1", 2));
        Ran again = create("1", 2);
        assertThat(again.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(again.err()).contains("--force").hasLineCount(1);
        ok(create("1", 2, "--force"));
    }

    @Test
    void anArrayCanBeMadeWithAMemberMissing() throws IOException {
        Ran created = Ran.ashlar(
                "create", name, "--level=5", "--member-size=64M", member(0), "missing", member(2));
        assertThat(created.err()).isEmpty();
        assertThat(created.exitCode()).isEqualTo(ExitCode.DEGRADED);
        Ran status = scan("status");
        assertThat(status.exitCode()).isEqualTo(ExitCode.DEGRADED);
        assertThat(status.out()).contains("[3/2] [U_U]");
        makeBlank(7);
        Ran added = scan("add", member(7));
        ok(added);
        assertThat(added.out()).contains("[UUU]");
    }

    @Test
    void aStoppedArrayLosesAndGetsMembersBack() throws IOException {
        ok(create("6", 4));
        Ran failed = scan("fail", member(1));
        ok(failed);
        assertThat(failed.out()).contains("[U_UU]");
        Ran removed = scan("remove", member(1), "--json");
        ok(removed);
        assertThat(JsonObject.parse(removed.out()).text("message")).contains("is out of " + name + " already");
        makeBlank(9);
        Ran added = scan("add", member(9));
        ok(added);
        assertThat(added.out()).contains("[UUUU]");
        ok(scan("check"));
        Ran assemble = Ran.ashlar("assemble", "--scan=" + directory);
        assertThat(assemble.out()).contains(name, "would start complete");
    }

    @Test
    void corruptionIsCountedByCheckAndMendedByRepair() throws IOException {
        ok(create("5", 3, "--no-head-room"));
        long dataOffset = JsonObject.parse(Ran.ashlar("examine", "--json", member(1)).out())
                .objects("members").getFirst().number("data_offset_sectors") * 512;
        try (FileChannel file = FileChannel.open(Path.of(member(1)), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[] {1}), dataOffset + 12345);
        }
        Ran check = scan("check");
        assertThat(check.exitCode()).isEqualTo(ExitCode.DEGRADED);
        assertThat(check.out()).containsPattern("done: [1-9][0-9]* sectors did not agree");
        Ran repair = scan("repair");
        assertThat(repair.exitCode()).isEqualTo(ExitCode.DEGRADED);
        assertThat(repair.out()).contains("and were made to agree");
        ok(scan("check"));
    }

    @Test
    void aServedArrayIsFoundByNameAndByMemberAndObeys() throws IOException {
        ok(create("6", 4));
        List<Path> members = IntStream.range(0, 4).mapToObj(number -> Path.of(member(number))).toList();
        ServeConfig config = new ServeConfig(
                ServerSetting.at(new Listening(
                        List.of(new HostPort("127.0.0.1", 0)), List.of(directory.resolve("s")), null)),
                List.of(new ArraySource(members, OpenOptions.WRITABLE)),
                List.of());
        try (Daemon daemon = Daemon.start(config, RunDirectory.of(System.getenv()))) {
            assertThat(daemon.uris()).anyMatch(uri -> uri.matches("nbd://127.0.0.1:[0-9]+/" + name))
                    .anyMatch(uri -> uri.equals("nbd+unix:///" + name + "?socket=" + directory.resolve("s")));
            Ran status = Ran.ashlar("status", name);
            ok(status);
            assertThat(status.out()).contains("[4/4] [UUUU]", daemon.uris().getFirst());
            assertThat(Ran.ashlar("detail", member(3)).out()).contains("Served at " + daemon.uris().getFirst());
            ok(Ran.ashlar("fail", name, member(2)));
            assertThat(Ran.ashlar("status").out()).contains("[UU_U]");
            ok(Ran.ashlar("remove", member(0), member(2)));
            makeBlank(8);
            Ran added = Ran.ashlar("add", name, member(8), "--wait");
            ok(added);
            assertThat(added.out()).contains("[UUUU]");
            ok(Ran.ashlar("check", name));
            assertThat(scan("detail", "--json").out()).contains(member(8));
            Ran stopped = Ran.ashlar("stop", name, "--json");
            ok(stopped);
            assertThat(JsonObject.parse(stopped.out()).text("message")).isEqualTo("stopped " + name);
            assertThat(Ran.ashlar("status", name).exitCode()).isEqualTo(ExitCode.USAGE);
        }
        ok(scan("detail"));
        assertThat(Files.exists(directory.resolve("s"))).isFalse();
    }

    @Test
    void severalArraysAreServedAtOnceAndAClashOfNamesIsRefused() {
        ok(create("1", 2));
        String other = name + "-b";
        ok(Ran.ashlar("create", other, "--level=0", "--member-size=64M", member(5), member(6)));
        List<Path> members = Stream.of(0, 5, 1, 6).map(number -> Path.of(member(number))).toList();
        ServeConfig config = new ServeConfig(
                ServerSetting.at(new Listening(List.of(new HostPort("127.0.0.1", 0)), List.of(), null)),
                List.of(new ArraySource(members, OpenOptions.READ_ONLY)),
                List.of());
        assertThat(served(config)).hasSize(2).anyMatch(uri -> uri.endsWith("/" + name))
                .anyMatch(uri -> uri.endsWith("/" + other));
        ServeConfig clash = new ServeConfig(config.server(), config.arrays(),
                List.of(new ServeConfig.ArrayExport(name, ExportSetting.named(other))));
        assertThat(served(clash)).singleElement().asString().contains("two exports would be called");
    }

    private static List<String> served(ServeConfig config) {
        try (Daemon daemon = Daemon.start(config, RunDirectory.of(System.getenv()))) {
            return daemon.uris();
        } catch (IOException e) {
            return List.of(e.getMessage());
        }
    }

    @Test
    void twoStoppedArraysOfOneNameAreBothNamed() {
        ok(create("1", 2));
        ok(Ran.ashlar("create", "host:" + name, "--level=1", "--member-size=64M", member(5), member(6)));
        Ran ran = scan("detail");
        assertThat(ran.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(ran.err()).contains("more than one array", member(0), member(6)).hasLineCount(1);
    }
}
