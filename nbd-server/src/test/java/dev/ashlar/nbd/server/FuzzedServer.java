package dev.ashlar.nbd.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import ch.qos.logback.classic.Level;
import dev.ashlar.block.ExtentVisitor;
import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.MetaContext;
import dev.ashlar.nbd.ServerLimits;
import dev.ashlar.nbd.testkit.LogCapture;
import dev.ashlar.nbd.testkit.ShapedDevice;
import dev.ashlar.nbd.testkit.WireClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A server that is told anything: the connection ends or answers, no thread is left behind, memory stays within bounds,
 * nothing looks like a defect in the log, and another client is served as if nothing had happened.
 */
final class FuzzedServer implements AutoCloseable {
    /** The size of the export "vol", whose middle is a hole. */
    static final int SIZE = 1 << 20;

    private static final long MIB = 1 << 20;
    /** What a process may grow by, beside payloads: code that gets compiled, and a heap that is used. */
    private static final long GROWTH_KIB = 512 << 10;

    private final Path dir = Files.createTempDirectory("nbd-fuzz");
    private final Path socket = dir.resolve("s");
    private final NbdServer server =
            new NbdServer(ServerLimits.DEFAULTS.withPayloadMemory(128 * MIB, Duration.ofSeconds(5)));
    private final LogCapture log;
    private final WireClient bystander;
    private final long residentKib;

    private record Odd() implements MetaContext {
        @Override
        public String name() {
            return "x-fuzz:odd";
        }

        @Override
        public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor) {
            for (long left = lengthBytes; left > 0; left -= 512) {
                if (!visitor.extent(Math.min(left, 512), left / 512 & 1)) {
                    return;
                }
            }
        }
    }

    FuzzedServer() throws IOException {
        ShapedDevice shaped = new ShapedDevice(new MemoryDevice(SIZE)).hole(SIZE / 4, SIZE / 2).zeroesFast(true);
        server.addExport(new Export("vol", "a volume", shaped).withContexts(List.of(new Odd())));
        server.addExport(new Export("quiet", "", new MemoryDevice(SIZE)));
        server.listenUnix(socket);
        bystander = WireClient.open(socket, "quiet");
        residentKib = residentKib();
        log = new LogCapture();
    }

    /** Sends this from a new connection and sees that all is well. */
    void survives(byte[] opening, byte[] bytes) {
        assertThatCode(() -> {
            try (WireClient client = WireClient.connect(socket)) {
                Thread drain = Thread.ofPlatform().daemon().start(client::expectEnd);
                try {
                    client.send(opening);
                    client.send(bytes);
                    client.endOutput();
                } catch (IOException _) {
                    // The server has closed early, as it may.
                }
                assertThat(drain.join(Duration.ofSeconds(30))).as("the server ends the connection").isTrue();
            }
            assertThat(bystander.read(0, 512)).isEqualTo(new byte[512]);
        }).doesNotThrowAnyException();
        while (server.connections().size() > 1) {
            Thread.onSpinWait();
        }
        // Names that chance makes up are refused, and that is told.
        assertThat(log.atLeast(Level.WARN)).filteredOn(line -> !line.contains(" is refused ")).isEmpty();
    }

    private static long residentKib() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst().orElseThrow();
    }

    @Override
    public void close() throws IOException {
        long grownKib = residentKib() - residentKib;
        log.close();
        bystander.close();
        server.close();
        Files.delete(dir);
        assertThat(grownKib).as("growth of this process in KiB").isLessThan(GROWTH_KIB);
    }
}
