package dev.ashlar.nbd.server;

import static dev.ashlar.nbd.testkit.StyledClient.BLOCK_STATUS;
import static dev.ashlar.nbd.testkit.WireClient.CACHE;
import static dev.ashlar.nbd.testkit.WireClient.FLUSH;
import static dev.ashlar.nbd.testkit.WireClient.READ;
import static dev.ashlar.nbd.testkit.WireClient.TRIM;
import static dev.ashlar.nbd.testkit.WireClient.WRITE_ZEROES;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.ashlar.block.MemoryDevice;
import dev.ashlar.block.NoSpaceException;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.testkit.LogCapture;
import dev.ashlar.nbd.testkit.ScriptedDevice;
import dev.ashlar.nbd.testkit.ShapedDevice;
import dev.ashlar.nbd.testkit.StyledClient;
import dev.ashlar.nbd.testkit.StyledClient.Style;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The log of every request, and that there is none unless it is wanted. */
class RequestLogTest extends WireTestBase {
    private static final int SIZE = 4 << 20;
    private static final int MIB = 1 << 20;

    private final ShapedDevice shaped = new ShapedDevice(new MemoryDevice(SIZE));
    private final ScriptedDevice device = new ScriptedDevice(shaped);

    @BeforeEach
    void serve() {
        server.addExport(new Export("vol", "", device));
    }

    /** What was logged of requests, without the number of the connection and the time. */
    private static List<String> requests(LogCapture log) {
        return log.atLeast(Level.INFO).stream()
                .filter(line -> line.matches("connection \\d+ of 'vol': .* micros=\\d+"))
                .map(line -> line.replaceFirst("connection \\d+ of 'vol': ", "").replaceFirst(" micros=\\d+", ""))
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void everyAnsweredRequestIsALine(Style style) throws IOException {
        server.logRequests(true);
        try (LogCapture log = new LogCapture(); StyledClient client = open(style)) {
            client.callWrite(0, 512, new byte[512]);
            client.callWrite(0, 0, new byte[MIB]);
            client.read(512, 512);
            client.read(0, 2 * MIB);
            client.read(0, 0);
            client.call(0, FLUSH, 0, 0);
            client.call(0, TRIM, 4096, 8192);
            client.call(0, WRITE_ZEROES, 1, MIB);
            client.call(0, CACHE, 0, SIZE);
            assertThat(requests(log)).containsExactly(
                    "WRITE offset=512 length=512",
                    "WRITE offset=0 length=1048576",
                    "READ offset=512 length=512",
                    "READ offset=0 length=2097152",
                    "READ offset=0 length=0",
                    "FLUSH offset=0 length=0",
                    "TRIM offset=4096 length=8192",
                    "WRITE_ZEROES offset=1 length=1048576",
                    "CACHE offset=0 length=4194304");
            assertThat(log.atLeast(Level.INFO))
                    .anyMatch(line -> line.startsWith("connection " + server.connections().getFirst().id() + " of 'vol'"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyWriteOfAStreamIsALine(Style style) throws IOException {
        server.logRequests(true);
        try (LogCapture log = new LogCapture(); StyledClient client = open(style)) {
            for (int i = 0; i < 40; i++) {
                client.write(0, i, i * 100_000L, new byte[100_000]);
            }
            for (int i = 0; i < 40; i++) {
                assertThat(client.reply(0).error()).isZero();
            }
            assertThat(requests(log)).hasSize(40).doesNotHaveDuplicates()
                    .allMatch(line -> line.matches("WRITE offset=\\d+00000 length=100000|WRITE offset=0 length=100000"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void errorsAreNamed(Style style) throws IOException {
        server.logRequests(true);
        shaped.lose(3);
        device.script(call -> {
            if (call.startsWith("write ")) {
                throw new NoSpaceException("scripted", "write", 0, 512);
            }
        });
        try (LogCapture log = new LogCapture(); StyledClient client = open(style)) {
            client.call(0, READ, 0, 32 << 10);
            client.callWrite(0, 0, new byte[512]);
            client.callWrite(0, SIZE, new byte[1]);
            client.call(0, TRIM, SIZE, 1);
            client.call(0, BLOCK_STATUS, 0, 1);
            client.call(0, 42, -1, 0);
            assertThat(requests(log)).containsExactly(
                    "READ offset=0 length=32768 error=EIO",
                    "WRITE offset=0 length=512 error=ENOSPC",
                    "WRITE offset=4194304 length=1 error=ENOSPC",
                    "TRIM offset=4194304 length=1 error=EINVAL",
                    "BLOCK_STATUS offset=0 length=1 error=EINVAL",
                    "command 42 offset=18446744073709551615 length=0 error=EINVAL");
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsLoggedUnlessItIsWanted(Style style) throws IOException {
        try (LogCapture log = new LogCapture(); StyledClient before = open(style)) {
            before.read(0, 512);
            server.logRequests(true);
            before.read(0, 512);
            before.read(0, 512);
            assertThat(requests(log)).as("a connection that was there before").isEmpty();
            server.logRequests(false);
            try (StyledClient after = open(style)) {
                after.read(0, 512);
                after.read(0, 512);
            }
            assertThat(requests(log)).isEmpty();
        }
    }
}
