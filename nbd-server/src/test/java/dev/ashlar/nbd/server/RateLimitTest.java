package dev.ashlar.nbd.server;

import static dev.ashlar.nbd.testkit.WireClient.ESHUTDOWN;
import static dev.ashlar.nbd.testkit.WireClient.READ;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.RateLimits;
import dev.ashlar.nbd.ServerLimits;
import dev.ashlar.nbd.testkit.ScriptedDevice;
import dev.ashlar.nbd.testkit.WireClient;
import dev.ashlar.nbd.testkit.WireClient.SimpleReply;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rates of exports and servers, as clients meet them. */
@Timeout(60)
class RateLimitTest {
    private static final RateLimits HARDLY_ANY = new RateLimits(1, 0);

    @TempDir
    Path dir;

    private final ScriptedDevice device = new ScriptedDevice(new MemoryDevice(8 << 20));
    private NbdServer server;

    private Path serve(RateLimits ofServer, RateLimits ofExport) throws IOException {
        server = new NbdServer(ServerLimits.DEFAULTS.withRates(ofServer));
        server.addExport(new Export("vol", "", device).withRates(ofExport));
        server.addExport(new Export("other", "", new MemoryDevice(1 << 20)));
        server.listenUnix(dir.resolve("s"));
        return dir.resolve("s");
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        device.close();
    }

    private static Duration time(WireClient client, int requests, int bytes) throws IOException {
        long began = System.nanoTime();
        for (int i = 0; i < requests; i++) {
            assertThat(client.read(0, bytes)).hasSize(bytes);
            assertThat(client.errorOfWrite(0, 0, new byte[bytes])).isZero();
        }
        return Duration.ofNanos(System.nanoTime() - began);
    }

    @Test
    void bytesReadAndWrittenCountAgainstTheExport() throws IOException {
        Path socket = serve(RateLimits.NONE, new RateLimits(4_000_000, 0));
        try (WireClient client = WireClient.open(socket, "vol")) {
            // 1.6 MB, of which the burst and the last request wait for nothing.
            assertThat(time(client, 8, 100_000)).isGreaterThan(Duration.ofMillis(250));
        }
    }

    @Test
    void operationsCountAgainstTheServer() throws IOException {
        Path socket = serve(new RateLimits(0, 100), RateLimits.NONE);
        try (WireClient client = WireClient.open(socket, "vol")) {
            assertThat(time(client, 20, 1)).isGreaterThan(Duration.ofMillis(250));
        }
    }

    @Test
    void payloadThatComesInPiecesIsCountedOnce() throws IOException {
        Path socket = serve(RateLimits.NONE, new RateLimits(0, 5));
        try (WireClient client = WireClient.open(socket, "vol")) {
            client.request(0, WireClient.WRITE, 1, 0, 4096);
            for (int i = 0; i < 64; i++) {
                client.send(new byte[64]);
            }
            assertThat(client.simpleReply()).isEqualTo(new SimpleReply(0, 1));
        }
    }

    @Test
    void repliesThatAreReadyDoNotWaitAndOtherExportsGoOn() throws IOException {
        Path socket = serve(RateLimits.NONE, HARDLY_ANY);
        try (WireClient client = WireClient.open(socket, "vol"); WireClient other = WireClient.open(socket, "other")) {
            client.request(0, READ, 1, 0, 100);
            client.request(0, READ, 2, 0, 100);
            assertThat(client.simpleReply()).isEqualTo(new SimpleReply(0, 1));
            client.receive(100);
            assertThat(other.read(0, 1000)).hasSize(1000);
        }
    }

    @Test
    void requestThatWaitsIsRefusedWhenItsExportIsRemoved() throws Exception {
        Path socket = serve(RateLimits.NONE, HARDLY_ANY);
        try (WireClient client = WireClient.open(socket, "vol")) {
            client.request(0, READ, 1, 0, 1000);
            assertThat(client.simpleReply()).isEqualTo(new SimpleReply(0, 1));
            client.receive(1000);
            client.write(0, 2, 0, new byte[1000]);
            assertThat(server.removeExport("vol")).isTrue();
            assertThat(client.simpleReply()).isEqualTo(new SimpleReply(ESHUTDOWN, 2));
            client.expectClosed();
            assertThat(device.calls()).containsExactly("read 0+1000");
        }
    }

    @Test
    void clientThatIsGoneStopsWaitingWhenItComesBack() throws IOException {
        Path socket = serve(RateLimits.NONE, HARDLY_ANY);
        WireClient gone = WireClient.open(socket, "vol");
        gone.request(0, READ, 1, 0, 1000);
        gone.receive(1016);
        gone.write(0, 2, 0, new byte[1000]);
        gone.close();
        try (WireClient back = WireClient.open(socket, "vol")) {
            while (server.connections().size() > 1) {
                Thread.onSpinWait();
            }
            assertThat(device.calls()).containsExactly("read 0+1000");
        }
    }
}
