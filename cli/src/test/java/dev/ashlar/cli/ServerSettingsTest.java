package dev.ashlar.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.nbd.client.NbdClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLConnection;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code [server]} says is what the daemon does. */
@Timeout(60)
class ServerSettingsTest {
    private static final String SAMPLE = "[a-z_]+(\\{[a-z]+=\"[^\"]*\"(,[a-z]+=\"[^\"]*\")*})? [0-9.e+-]+";

    @TempDir
    private Path directory;

    private static String scrape(InetSocketAddress address) throws IOException {
        URLConnection connection =
                URI.create("http://127.0.0.1:" + address.getPort() + "/metrics").toURL().openConnection();
        try (InputStream in = connection.getInputStream()) {
            assertThat(connection.getContentType()).startsWith("application/openmetrics-text; version=1.0.0");
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void metricsAreToldWhileClientsWork() throws Exception {
        try (ServedLife life = new ServedLife(directory, "metrics = 0\n", "");
                NbdClient client = ServedLife.connect(life.tcp(life.name))) {
            InetSocketAddress address = life.daemon().metricsAddress().orElseThrow();
            assertThat(address.getAddress().isLoopbackAddress()).isTrue();
            client.write(0, ByteBuffer.allocate(3000));
            client.read(0, ByteBuffer.allocate(1000));
            client.read(0, ByteBuffer.allocate(1000));
            String text = scrape(address);
            List<String> lines = text.lines().toList();
            assertThat(lines.getLast()).isEqualTo("# EOF");
            assertThat(lines).allMatch(line -> line.matches("# (HELP|TYPE|UNIT|EOF).*") || line.matches(SAMPLE));
            assertThat(text)
                    .containsPattern("_operations_total\\{export=\"" + life.name + "\",command=\"[a-z]+\"} 2\n")
                    .containsPattern("_read_bytes_total\\{export=\"" + life.name + "\"} 2000\n")
                    .containsPattern("_written_bytes_total\\{export=\"" + life.name + "\"} 3000\n")
                    .contains("_latency_seconds_bucket{export=\"" + life.name + "\"");
        }
    }

    @Test
    void noMetricsAreToldUnasked() throws Exception {
        try (ServedLife life = new ServedLife(directory, "", "")) {
            assertThat(life.daemon().metricsAddress()).isEmpty();
        }
    }

    @Test
    void socketsGetTheirModeAndExportsTheirDescription() throws Exception {
        String server = "unix-mode = \"0620\"\ndescription = \"of the attic\"\n";
        try (ServedLife life = new ServedLife(directory, server, "")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("s"))))
                    .isEqualTo("rw--w----");
            assertThat(life.verb("detail")).contains("Export " + life.name + "\n");
        }
    }

    @Test
    void noMoreConnectionsThanAllowed() throws Exception {
        try (ServedLife life = new ServedLife(directory, "max-connections = 1\n", "");
                NbdClient client = ServedLife.connect(life.tcp(life.name))) {
            assertThatThrownBy(() -> ServedLife.connect(life.unix(life.name))).isInstanceOf(IOException.class);
            client.read(0, ByteBuffer.allocate(1));
        }
    }
}
