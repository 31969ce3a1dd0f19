package dev.ashlar.nbd.server;

import static dev.ashlar.nbd.testkit.WireClient.EINVAL;
import static dev.ashlar.nbd.testkit.WireClient.READ;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.ConnectionStatus;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.ServerLimits;
import dev.ashlar.nbd.TimeLimits;
import dev.ashlar.nbd.testkit.ScriptedDevice;
import dev.ashlar.nbd.testkit.WireClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ServerMetricsTest {
    @TempDir
    Path dir;

    private NbdServer server;
    private Path socket;

    @BeforeEach
    void serve() throws IOException {
        socket = dir.resolve("s");
        server = new NbdServer(ServerLimits.DEFAULTS
                .withMaxConnections(3)
                .withMaxConnectionsPerAddress(2)
                .withTimes(TimeLimits.DEFAULTS.withHandshake(Duration.ofSeconds(2))));
        server.addExport(new Export("vol\"1", "", new MemoryDevice(1 << 20)));
        server.listenUnix(socket);
    }

    @AfterEach
    void close() {
        server.close();
    }

    private List<String> scrape() throws IOException {
        StringBuilder text = new StringBuilder();
        server.metrics().writeOpenMetrics(text);
        return text.toString().lines().toList();
    }

    private long value(String sample) throws IOException {
        return scrape().stream().filter(line -> line.startsWith(sample + " ")).mapToLong(
                line -> Long.parseLong(line.substring(sample.length() + 1))).findFirst().orElse(-1);
    }

    private void awaitConnections(int count) {
        while (server.connections().size() != count) {
            Thread.onSpinWait();
        }
    }

    @Test
    void requestsAreToldByConnectionAndStayCountedByExport() throws IOException {
        try (WireClient client = WireClient.open(socket, "vol\"1")) {
            client.read(0, 4096);
            assertThat(client.errorOfWrite(0, 0, new byte[1000])).isZero();
            assertThat(client.errorOf(0, READ, 1 << 20, 1)).isEqualTo(EINVAL);
            String connection = "{connection=\"1\",peer=\"unix:" + socket + "\",export=\"vol\\\"1\"";
            assertThat(scrape()).contains(
                    "ashlar_nbd_connection_operations_total" + connection + ",command=\"read\"} 2",
                    "ashlar_nbd_connection_errors_total" + connection + ",command=\"read\"} 1",
                    "ashlar_nbd_connection_read_bytes_total" + connection + "} 4096",
                    "ashlar_nbd_connection_written_bytes_total" + connection + "} 1000",
                    "ashlar_nbd_connection_latency_seconds_bucket" + connection + ",command=\"write\",le=\"+Inf\"} 1",
                    "ashlar_nbd_connections{phase=\"transmission\"} 1",
                    "ashlar_nbd_export_operations_total{export=\"vol\\\"1\",command=\"read\"} 2",
                    "ashlar_nbd_export_latency_seconds_count{export=\"vol\\\"1\",command=\"read\"} 2");
        }
        awaitConnections(0);
        assertThat(scrape())
                .contains("ashlar_nbd_export_operations_total{export=\"vol\\\"1\",command=\"read\"} 2")
                .noneMatch(line -> line.startsWith("ashlar_nbd_connection_operations_total"));
        try (WireClient client = WireClient.open(socket, "vol\"1")) {
            client.read(0, 1);
            assertThat(value("ashlar_nbd_export_operations_total{export=\"vol\\\"1\",command=\"read\"}")).isEqualTo(3);
        }
    }

    @Test
    void textHasItsFormAndEveryFamilyOnce() throws IOException {
        try (WireClient client = WireClient.open(socket, "vol\"1")) {
            client.read(0, 4096);
            List<String> lines = scrape();
            assertThat(lines.getLast()).isEqualTo("# EOF");
            Set<String> families = new HashSet<>();
            String family = "";
            for (String line : lines.subList(0, lines.size() - 1)) {
                if (line.startsWith("# TYPE ")) {
                    family = line.split(" ")[2];
                    assertThat(families.add(family)).as("%s once", family).isTrue();
                } else if (line.startsWith("#")) {
                    assertThat(line).matches("# (UNIT|HELP) " + family + " .+");
                } else {
                    assertThat(line).matches(family + "(_total|_bucket|_count|_sum)?(\\{.*\\})? [0-9.e+-]+");
                }
            }
        }
    }

    @Test
    void bucketsAreCumulative() throws Exception {
        ScriptedDevice device = new ScriptedDevice(new MemoryDevice(8192));
        CountDownLatch held = new CountDownLatch(1);
        device.script(call -> {
            if (call.startsWith("read 4096+")) {
                held.await();
            }
        });
        server.addExport(new Export("held", "", device));
        try (WireClient slow = WireClient.open(socket, "held"); WireClient quick = WireClient.open(socket, "held")) {
            slow.request(0, READ, 1, 4096, 1);
            while (device.calls().isEmpty()) {
                Thread.onSpinWait();
            }
            // Together they take less than the one that is held: they cannot all have been in its bucket.
            for (int i = 0; i < 50; i++) {
                quick.read(0, 1);
            }
            held.countDown();
            slow.simpleReply();
            slow.receive(1);
            long[] buckets = scrape().stream()
                    .filter(line -> line.startsWith("ashlar_nbd_export_latency_seconds_bucket{export=\"held\""))
                    .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
                    .toArray();
            assertThat(buckets).hasSize(26).isSorted().endsWith(51);
            assertThat(Arrays.stream(buckets).filter(count -> count > 0 && count < 51)).isNotEmpty();
        } finally {
            held.countDown();
        }
    }

    @Test
    void memoryOfALargeReadIsInFlight() throws IOException {
        int length = 64 << 20;
        server.addExport(new Export("large", "", new MemoryDevice(length)));
        try (WireClient client = WireClient.open(socket, "large")) {
            client.request(0, READ, 1, 0, length);
            while (value("ashlar_nbd_in_flight_bytes") < length) {
                Thread.onSpinWait();
            }
            assertThat(value("ashlar_nbd_buffer_memory_bytes{pool=\"large_payloads\",state=\"used\"}"))
                    .isEqualTo(length);
            client.simpleReply();
            client.receive(length);
        }
        while (value("ashlar_nbd_in_flight_bytes") > 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void fatesOfConnectionsAreCounted() throws IOException {
        InetSocketAddress tcp = server.listenTcp("127.0.0.1", 0);
        try (WireClient first = WireClient.open(socket, "vol\"1");
                WireClient second = WireClient.open(socket, "vol\"1")) {
            try (WireClient third = WireClient.connect(socket)) {
                third.expectClosed();
            }
            try (WireClient slow = WireClient.connect(tcp)) {
                try (WireClient fourth = WireClient.connect(tcp)) {
                    fourth.expectClosed();
                }
                slow.receive(18);
                slow.expectClosed();
            }
            // The peer sees its end before the place is given back.
            awaitConnections(2);
            WireClient.connect(tcp).close();
            while (value("ashlar_nbd_failed_handshakes_total") == 0) {
                Thread.onSpinWait();
            }
            assertThat(value("ashlar_nbd_accepted_connections_total")).isEqualTo(6);
            assertThat(value("ashlar_nbd_refused_connections_total{limit=\"connections_per_address\"}")).isEqualTo(1);
            assertThat(value("ashlar_nbd_refused_connections_total{limit=\"connections\"}")).isEqualTo(1);
            assertThat(value("ashlar_nbd_timed_out_connections_total{limit=\"handshake\"}")).isEqualTo(1);
            assertThat(value("ashlar_nbd_failed_handshakes_total")).isEqualTo(1);
        }
    }

    @Test
    void removedExportsAreForgotten() throws Exception {
        try (WireClient client = WireClient.open(socket, "vol\"1")) {
            client.read(0, 1);
        }
        awaitConnections(0);
        server.removeExport("vol\"1");
        server.addExport(new Export("vol\"1", "", new MemoryDevice(512)));
        assertThat(scrape()).noneMatch(line -> line.startsWith("ashlar_nbd_export_operations_total"));
    }

    @Test
    void statusTellsWhoTheClientIs() throws IOException {
        Instant before = Instant.now();
        try (WireClient client = WireClient.open(socket, "vol\"1")) {
            client.read(0, 4096);
            ConnectionStatus status = server.connections().getFirst();
            assertThat(status.client()).startsWith("uid=");
            assertThat(status.export()).isEqualTo("vol\"1");
            assertThat(status.encrypted()).isFalse();
            assertThat(status.since()).isBetween(before.minusSeconds(1), Instant.now());
            assertThat(status.requests()).isEqualTo(1);
            assertThat(status.readBytes()).isEqualTo(4096);
            assertThat(status.inFlight()).isBetween(0L, 1L);
        }
    }
}
