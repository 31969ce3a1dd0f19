package dev.ashlar.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.cli.json.JsonObject;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.nbd.client.NbdClient;
import dev.ashlar.nbd.testkit.Tool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several exports of one array, with their rules, clients, marks and contexts. */
@Tag("interop")
@Timeout(120)
class ExportsTest {
    private static final Tool NBDINFO = new Tool("nbdinfo", "libnbd-bin");
    private static final Tool NBDSH = new Tool("nbdsh", "libnbd-bin and python3-libnbd");
    private static final int PIECE = 64 << 10;

    @TempDir
    private Path directory;

    private static final String TWO = """
            [[export]]
            array = "NAME"

            [[export]]
            array = "NAME"
            name = "NAME-backup"
            description = "nightly"
            read-only = true
            allow = "192.0.2.0/24"
            rotational = true
            takeover = "newest"
            """;

    private static void write(NbdClient client, long offset, int bytes) throws IOException {
        client.write(offset, ByteBuffer.wrap("x".repeat(bytes).getBytes()));
    }

    @Test
    void eachExportHasItsOwnRules() throws Exception {
        NBDINFO.orSkip();
        try (ServedLife life = new ServedLife(directory, "", TWO)) {
            assertThat(NBDINFO.run(directory, "--is", "read-only", life.unix(life.name + "-backup"))).isEmpty();
            assertThat(NBDINFO.run(directory, life.unix(life.name + "-backup")))
                    .contains("description: nightly", "is_rotational: true", "is_read_only: true",
                            "can_multi_conn: false");
            assertThat(NBDINFO.run(directory, life.unix(life.name)))
                    .contains("description: raid5 " + life.name, "is_rotational: false", "is_read_only: false",
                            "can_multi_conn: true");
            Tool.Result refused = NBDINFO.tryRun(directory, life.tcp(life.name + "-backup"));
            assertThat(refused.exitCode()).isNotZero();
            String list = NBDINFO.run(directory, "--list", life.tcp(life.name));
            assertThat(list).contains("export=\"" + life.name + "\"").doesNotContain("-backup");
        }
    }

    @Test
    void exportsComeAndGoWhileClientsUseOthers() throws Exception {
        try (ServedLife life = new ServedLife(directory, "", "");
                NbdClient steady = ServedLife.connect(life.tcp(life.name))) {
            write(steady, 0, 1000);
            String said = life.verb("export", "--name=" + life.name + "-2", "--read-only", "--description=more",
                    "--takeover=newest");
            assertThat(said).contains("exported " + life.name + " as " + life.name + "-2", life.tcp(life.name + "-2"));
            assertThat(life.verb("status")).contains(life.tcp(life.name + "-2") + " (read-only, newest connection only)");
            NbdClient leaving = ServedLife.connect(life.unix(life.name + "-2"));
            assertThatThrownBy(() -> write(leaving, 0, 1)).hasMessageContaining("error=1");
            assertThat(life.verbEnding(ExitCode.USAGE, "export", "--name=" + life.name + "-2"))
                    .contains("served already");
            assertThat(life.verb("unexport", "--name=" + life.name + "-2")).contains("ended export");
            assertThatThrownBy(() -> leaving.read(0, ByteBuffer.allocate(1))).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> ServedLife.connect(life.tcp(life.name).replace(life.name, life.name + "-2")))
                    .hasMessageContaining("export refused");
            assertThat(life.verbEnding(ExitCode.USAGE, "unexport", "--name=" + life.name + "-2"))
                    .contains("has no export", "it has " + life.name);
            write(steady, 0, 1000);
        }
    }

    private static byte[] read(NbdClient client, int bytes) throws IOException {
        ByteBuffer target = ByteBuffer.allocate(bytes);
        client.read(0, target);
        return target.array();
    }

    @Test
    void clientsChangeCopiesOfTheirOwnOfAnArrayThatIsReadOnly() throws Exception {
        Path changes = Files.createDirectory(directory.resolve("changes"));
        String trial = """
                [[export]]
                array = "NAME"

                [[export]]
                array = "NAME"
                name = "NAME-try"
                cow = true
                """;
        try (ServedLife life = new ServedLife(
                        directory, "read-only = true\ncow-directory = \"changes\"\n", trial);
                NbdClient plain = ServedLife.connect(life.tcp(life.name));
                NbdClient one = ServedLife.connect(life.tcp(life.name + "-try"));
                NbdClient two = ServedLife.connect(life.unix(life.name + "-try"))) {
            write(one, 0, 5000);
            assertThatThrownBy(() -> write(plain, 0, 1)).hasMessageContaining("error=1");
            assertThat(read(one, 5000)).containsOnly('x');
            assertThat(read(two, 5000)).containsOnly(0);
            assertThat(read(plain, 5000)).containsOnly(0);
            assertThat(life.verb("status")).contains("-try (copy-on-write)");
            life.verb("export", "--name=" + life.name + "-verb", "--cow");
            try (NbdClient three = ServedLife.connect(life.tcp(life.name + "-verb"))) {
                write(three, 0, 10);
            }
            assertThat(life.verbEnding(ExitCode.USAGE, "export", "--name=other", "--cow", "--read-only"))
                    .contains("cow and read-only contradict");
            assertThat(changes).isEmptyDirectory();
            Files.delete(changes);
            assertThat(life.verbEnding(ExitCode.USAGE, "export", "--name=other", "--cow"))
                    .contains("'other'", changes.toString(), "no directory that can be written");
        }
    }

    @Test
    void anArrayWithoutExportsGoesOnAndIsFoundByAnyOfItsNames() throws Exception {
        try (ServedLife life = new ServedLife(directory, "", TWO)) {
            life.verb("unexport", "--name=" + life.name);
            assertThat(Ran.ashlar("status", life.name + "-backup").out()).contains(life.name + " : ");
            life.verb("unexport", "--name=" + life.name + "-backup");
            assertThat(life.verb("status")).doesNotContain("nbd");
            life.verb("export", "--name=again");
            assertThat(life.verb("status")).contains("/again");
            assertThat(life.verb("stop")).contains("stopped");
        }
    }

    @Test
    void theDefaultExportCanBeSeenInSentences() throws Exception {
        try (ServedLife life = new ServedLife(directory, "", "")) {
            assertThat(life.verb("export", "--name=")).contains(" as ''\n");
            assertThat(life.verb("detail")).contains("Export ''\n");
            assertThat(life.verbEnding(ExitCode.USAGE, "unexport", "--name=none"))
                    .contains("it has " + life.name + ", ''\n");
            assertThat(life.verb("unexport", "--name=")).contains("ended export '' of ");
        }
    }

    @Test
    void statusShowsWhoUsesWhat() throws Exception {
        try (ServedLife life = new ServedLife(directory, "", TWO);
                NbdClient one = ServedLife.connect(life.tcp(life.name));
                NbdClient two = ServedLife.connect(life.unix(life.name + "-backup"))) {
            write(one, 0, 5000);
            one.read(0, ByteBuffer.allocate(4096));
            assertThatThrownBy(() -> write(two, 0, 10)).isInstanceOf(IOException.class);
            assertThat(life.verb("status"))
                    .containsPattern("client 127.0.0.1:[0-9]+ of " + life.name + " for [0-9]+ s: 2 requests, "
                            + "4 KiB read, 4.9 KiB written")
                    .containsPattern("client unix:.*of " + life.name + "-backup for [0-9]+ s: 1 requests, 1 errors, "
                            + "0 B read, 0 B written");
            JsonObject array = JsonObject.parse(life.verb("status", "--json")).objects("arrays").getFirst();
            assertThat(array.objects("clients")).hasSize(2).first().satisfies(client -> {
                assertThat(client.number("requests")).isEqualTo(2);
                assertThat(client.number("read_bytes")).isEqualTo(4096);
                assertThat(client.number("written_bytes")).isEqualTo(5000);
                assertThat(client.text("export")).isEqualTo(life.name);
            });
            assertThat(array.objects("exports")).hasSize(2);
            assertThat(array.texts("uris")).hasSize(4);
        }
    }

    @Test
    void marksTellWhatHasChangedSince() throws Exception {
        NBDINFO.orSkip();
        try (ServedLife life = new ServedLife(directory, "", TWO);
                NbdClient client = ServedLife.connect(life.tcp(life.name))) {
            write(client, 0, 1000);
            assertThat(life.verb("mark", "monday")).contains("x-ashlar:dirty-since:monday");
            write(client, 5L * PIECE, PIECE + 1);
            assertThat(map(life, life.unix(life.name), "dirty-since:monday"))
                    .startsWith("0 " + 5 * PIECE + " 0\n" + 5 * PIECE + " " + 2 * PIECE + " 1\n" + 7 * PIECE + " ");
            assertThat(map(life, life.unix(life.name + "-backup"), "dirty-since:monday")).contains(" 1\n");
            assertThat(life.verb("detail")).contains("monday: 128 KiB changed since");
            life.verb("mark", "monday");
            assertThat(map(life, life.unix(life.name), "dirty-since:monday")).matches("0 [0-9]+ 0\n");
            assertThat(life.verbEnding(ExitCode.USAGE, "mark", "a b")).contains("no name of a mark");
            life.verb("unmark", "monday");
            assertThat(life.verbEnding(ExitCode.USAGE, "unmark", "monday")).contains("no mark 'monday'");
            assertThat(NBDINFO.run(directory, life.unix(life.name))).doesNotContain("dirty-since");
        }
    }

    @Test
    void aMarkThatGoesUnderAClientIsAnErrorAndNotNothing() throws Exception {
        NBDSH.orSkip(directory, "-c", "pass");
        try (ServedLife life = new ServedLife(directory, "", "")) {
            life.verb("mark", "m");
            Path go = directory.resolve("go");
            Path there = directory.resolve("there");
            Thread unmarks = Thread.startVirtualThread(() -> {
                while (!Files.exists(there)) {
                    Thread.onSpinWait();
                }
                life.verb("unmark", "m");
                create(go);
            });
            String script = String.join("\n",
                    "import os, time",
                    "h.add_meta_context('x-ashlar:dirty-since:m')",
                    "h.connect_uri('" + life.unix(life.name) + "')",
                    "seen = []",
                    "h.block_status(65536, 0, lambda *a: seen.append(a[2]))",
                    "open('" + there + "', 'w').close()",
                    "while not os.path.exists('" + go + "'): time.sleep(0.01)",
                    "try:",
                    "    h.block_status(65536, 0, lambda *a: seen.append(a[2]))",
                    "except nbd.Error as e:",
                    "    print('error', e.errnum, seen)");
            assertThat(NBDSH.run(directory, "-c", script)).contains("error 5 [[65536, 0]]");
            unmarks.join();
        }
    }

    private static void create(Path file) {
        try {
            Files.createFile(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void redundancyFollowsTheMembers() throws Exception {
        NBDINFO.orSkip();
        try (ServedLife life = new ServedLife(directory, "", "")) {
            assertThat(map(life, life.unix(life.name), "redundancy")).matches("0 [0-9]+ 0\n");
            life.verb("fail", life.member(1));
            assertThat(map(life, life.unix(life.name), "redundancy")).matches("0 [0-9]+ 1\n");
            makeBlank(life.member(7));
            life.verb("add", life.member(7), "--wait");
            assertThat(map(life, life.unix(life.name), "redundancy")).matches("0 [0-9]+ 0\n");
        }
    }

    /** Offset, length and flags of each extent, a line each. */
    private String map(ServedLife life, String uri, String context) throws Exception {
        String map = NBDINFO.run(directory, "--map=x-ashlar:" + context, uri);
        return map.lines().map(line -> line.strip().replaceAll(" +", " ")).reduce("", (all, line) -> all + line + "\n");
    }

    private static void makeBlank(String path) throws IOException {
        try (FileChannel file = FileChannel.open(
                Path.of(path), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            file.position((64 << 20) - 1).write(ByteBuffer.allocate(1));
        }
    }
}
