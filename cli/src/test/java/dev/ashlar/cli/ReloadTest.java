package dev.ashlar.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.nbd.client.NbdClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A configuration file that changes under a daemon and its clients. */
@Timeout(60)
class ReloadTest {
    private static final String MAIN = """
            [[export]]
            array = "NAME"

            """;

    @TempDir
    private Path directory;

    private static void use(NbdClient client) throws IOException {
        client.read(0, ByteBuffer.allocate(4096));
    }

    private static String export(String name, String more) {
        return "[[export]]\narray = \"NAME\"\nname = \"NAME-" + name + "\"\n" + more + "\n";
    }

    @Test
    void exportsComeChangeAndGoWhileClientsUseOthers() throws Exception {
        try (ServedLife life = new ServedLife(directory, "", MAIN + export("old", ""));
                NbdClient steady = ServedLife.connect(life.tcp(life.name))) {
            NbdClient old = ServedLife.connect(life.tcp(life.name + "-old"));
            life.verb("export", "--name=" + life.name + "-verb");
            life.configure("", MAIN + export("new", "description = \"fresh\"\nread-only = true"));
            assertThat(life.verb("reload"))
                    .contains("ended export " + life.name + "-old of ", "added export " + life.name + "-new of ")
                    .doesNotContain("left until");
            assertThatThrownBy(() -> use(old)).isInstanceOf(IOException.class);
            use(steady);
            assertThat(life.verb("status")).contains("-new (read-only)", "-verb").doesNotContain("-old");
            life.configure("", MAIN + export("new", "read-only = true\nrotational = true\nrate = \"1M\""));
            assertThat(life.verb("reload")).contains("changed export " + life.name + "-new");
            assertThat(life.verb("status")).contains("-new (read-only, 1 MiB/s, rotational)");
            assertThat(life.verb("reload")).contains("nothing has changed");
        }
    }

    @Test
    void rulesHoldForNewClientsAndEndThoseThatTheyDoNotLetIn() throws Exception {
        try (ServedLife life = new ServedLife(directory, "", MAIN);
                NbdClient local = ServedLife.connect(life.unix(life.name))) {
            NbdClient remote = ServedLife.connect(life.tcp(life.name));
            life.configure("", MAIN.strip() + "\nallow = \"192.0.2.0/24\"\n");
            assertThat(life.verb("reload")).contains("changed export " + life.name);
            assertThatThrownBy(() -> use(remote)).isInstanceOf(IOException.class);
            use(local);
            assertThatThrownBy(() -> ServedLife.connect(life.tcp(life.name))).hasMessageContaining("refused");
        }
    }

    @Test
    void limitsOfTheServerHoldForNewConnections() throws Exception {
        try (ServedLife life = new ServedLife(directory, "", "");
                NbdClient steady = ServedLife.connect(life.tcp(life.name))) {
            life.configure("log-requests = true\nmax-connections = 1\ndescription = \"of the attic\"\n", "");
            assertThat(life.verb("reload"))
                    .contains("limits of the server", "log-requests", "changed export " + life.name);
            assertThatThrownBy(() -> ServedLife.connect(life.tcp(life.name))).isInstanceOf(IOException.class);
            use(steady);
        }
    }

    @Test
    void whatOnlyARestartCanDoIsNamedEachTimeAndLeft() throws Exception {
        try (ServedLife life = new ServedLife(directory, "", MAIN)) {
            life.configure(
                    "tls = \"off\"\nmetrics = 0\npayload-memory = \"512M\"\ncow-directory = \".\"\n",
                    MAIN.strip() + "\nread-only = true\n");
            for (int i = 0; i < 2; i++) {
                assertThat(life.verb("reload"))
                        .contains("left until a restart: ", "tls-certificates", "metrics", "payload-memory",
                                "cow-directory", "read-only or cow of export " + life.name)
                        .doesNotContain("listen", "limits");
            }
            life.configure("", MAIN.strip() + "\ncow = true\n");
            assertThat(life.verb("reload")).contains("read-only or cow of export " + life.name);
            try (NbdClient client = ServedLife.connect(life.tcp(life.name))) {
                client.write(0, ByteBuffer.allocate(512));
            }
        }
    }

    @Test
    void aBrokenFileChangesNothingAndSaysWhy() throws Exception {
        try (ServedLife life = new ServedLife(directory, "", MAIN + export("other", ""))) {
            String before = life.verb("status");
            life.configure("", MAIN + export("other", "read-onyl = true"));
            assertThat(life.verbEnding(ExitCode.USAGE, "reload")).contains("ashlar.toml:", "unknown key 'read-onyl'");
            life.configure("", export("a", "") + export("a", ""));
            assertThat(life.verbEnding(ExitCode.USAGE, "reload")).contains("two exports would be called");
            life.configure("", export("a", "") + "[[export]]\narray = \"nobody\"\n");
            assertThat(life.verbEnding(ExitCode.USAGE, "reload")).contains("no array is called 'nobody'");
            life.configure("", export("a", "tls = true"));
            assertThat(life.verbEnding(ExitCode.USAGE, "reload")).contains("this server does no TLS");
            assertThat(life.verb("status")).isEqualTo(before);
        }
    }
}
