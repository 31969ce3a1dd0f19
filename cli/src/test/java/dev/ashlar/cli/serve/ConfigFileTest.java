package dev.ashlar.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.cli.result.CommandFailure;
import dev.ashlar.cli.serve.ServeConfig.ArraySource;
import dev.ashlar.cli.serve.ServeConfig.ExportSetting;
import dev.ashlar.raid.OpenOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigFileTest {
    @TempDir
    private Path directory;

    private ServeConfig read(String toml) throws IOException {
        Path file = directory.resolve("ashlar.toml");
        Files.writeString(file, toml);
        return ConfigFile.read(file);
    }

    @Test
    void readsServerArraysAndExports() throws IOException {
        ServeConfig config = read("""
                [server]
                listen = ["127.0.0.1:10810", "[::1]:0"]
                unix = "run/a.sock"
                read-only = true

                [[array]]
                members = ["m0.img", "/dev/sdx"]
                force = true

                [[array]]
                members = "single.img"
                read-only = false
                run = true

                [[export]]
                array = "data"
                name = "archive"
                description = "old things"
                read-only = true

                [[export]]
                array = "other"
                """);
        assertThat(config).isEqualTo(new ServeConfig(
                List.of(new HostPort("127.0.0.1", 10810), new HostPort("::1", 0)),
                List.of(directory.resolve("run/a.sock")),
                List.of(
                        new ArraySource(
                                List.of(directory.resolve("m0.img"), Path.of("/dev/sdx")),
                                new OpenOptions(true, true, false)),
                        new ArraySource(List.of(directory.resolve("single.img")), new OpenOptions(false, false, true))),
                List.of(
                        new ExportSetting("archive", "data", "old things", true),
                        new ExportSetting("other", "other", "", false))));
    }

    @Test
    void tellsWhereAnUnknownKeyIs() {
        refused("[server]\nlisten = \"h:1\"\nreadonly = true\n", ":3:1: unknown key 'readonly' in [server]");
        refused("[[array]]\nmembers = []\n\n[[array]]\n  member = \"x\"\n", ":5:3: unknown key 'member' in [[array]]");
        refused("[sever]\n", "unknown key 'sever' in the file");
    }

    @Test
    void tellsWhereAValueIsWrong() {
        refused("[server]\nread-only = \"yes\"\n", ":2:1: read-only has the wrong type");
        refused("[server]\nlisten = [1]\n", ":2:11: listen must hold strings only");
        refused("[server]\nlisten = \"h:99999\"\n", ":2:1: 'h:99999' has no port");
        refused("[[export]]\nname = \"x\"\n", "an [[export]] has no key array");
        refused("[server\n", ":1:");
    }

    private void refused(String toml, String message) {
        assertThatThrownBy(() -> read(toml))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("ashlar.toml")
                .hasMessageContaining(message);
    }
}
