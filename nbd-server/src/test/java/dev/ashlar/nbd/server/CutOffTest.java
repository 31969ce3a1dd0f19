package dev.ashlar.nbd.server;

import static dev.ashlar.nbd.testkit.WireClient.OPT_GO;
import static dev.ashlar.nbd.testkit.WireClient.REP_ACK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.ServerLimits;
import dev.ashlar.nbd.testkit.ScriptedDevice;
import dev.ashlar.nbd.testkit.Wire;
import dev.ashlar.nbd.testkit.WireClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a connection that is cut off has under way: one call into the device, and a lot that waits behind it. */
@ParameterizedClass
@EnumSource(Wire.class)
@Timeout(60)
class CutOffTest {
    private static final byte OLD = 1;
    private static final byte NEW = 2;

    @Parameter
    Wire wire;

    @TempDir
    Path dir;

    private final ScriptedDevice device = new ScriptedDevice(new MemoryDevice(16 << 20));
    private final CountDownLatch inside = new CountDownLatch(1);
    private final CountDownLatch held = new CountDownLatch(1);
    private Path socket;
    private NbdServer server;

    @BeforeEach
    void serve() throws IOException {
        socket = dir.resolve("s");
        server = new NbdServer(ServerLimits.DEFAULTS.withTimes(ServerLimits.DEFAULTS.times()
                .withTakeover(Duration.ofMillis(50))
                .withDrain(Duration.ofMillis(50))));
        wire.prepare(server, dir);
        server.addExport(new Export("vol", "", device));
        server.listenUnix(socket);
        device.script(call -> {
            if (call.startsWith("write 0+")) {
                inside.countDown();
                held.await();
            }
        });
    }

    @AfterEach
    void close() throws IOException {
        held.countDown();
        server.close();
        device.close();
    }

    private static byte[] block(byte value, int length) {
        byte[] block = new byte[length];
        Arrays.fill(block, value);
        return block;
    }

    /** A connection with a write in the device and others behind it, that arrived together. */
    private WireClient stuck(int length, long... offsets) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (long offset : offsets) {
            bytes.writeBytes(WireClient.header(0, WireClient.WRITE, offset, offset, length));
            bytes.writeBytes(block(OLD, length));
        }
        WireClient client = wire.open(socket, "vol");
        client.send(bytes.toByteArray());
        inside.await();
        return client;
    }

    private int go(WireClient client, String export) throws IOException {
        return client.optionReplies(OPT_GO, WireClient.infoData(export)).getLast().type();
    }

    private List<String> writes() {
        return device.calls().stream().filter(call -> call.startsWith("write")).toList();
    }

    @Test
    void exportThatComesBackIsEnteredOnceTheDeviceHasLetGoAndOldWritesNeverLand() throws Exception {
        try (WireClient old = stuck(512, 0, 4096, 8192); WireClient next = wire.greeted(socket)) {
            assertThat(server.removeExport("vol")).isFalse();
            server.addExport(new Export("vol", "", device));
            assertThat(go(next, "vol")).as("a write is in the device").isNotEqualTo(REP_ACK);
            held.countDown();
            while (go(next, "vol") != REP_ACK) {
                Thread.onSpinWait();
            }
            assertThat(next.errorOfWrite(0, 4096, block(NEW, 512))).isZero();
            assertThat(next.read(4096, 512)).isEqualTo(block(NEW, 512));
            assertThat(writes()).containsExactly("write 0+512", "write 4096+512");
            old.expectEnd();
        }
    }

    @Test
    void writesInTheStageAreNotBegunEither() throws Exception {
        try (WireClient old = stuck(100_000, 0, 300_000, 500_000)) {
            assertThat(server.removeExport("vol")).isFalse();
            held.countDown();
            server.addExport(new Export("vol", "", device));
            old.expectEnd();
        }
        try (WireClient next = wire.greeted(socket)) {
            while (go(next, "vol") != REP_ACK) {
                Thread.onSpinWait();
            }
            assertThat(writes()).hasSize(1);
        }
    }

    @Test
    void anotherExportOfTheDeviceMakesItsClientWaitToo() throws Exception {
        server.addExport(new Export("alias", "", device));
        try (WireClient old = stuck(512, 0, 4096); WireClient next = wire.greeted(socket)) {
            old.close();
            assertThat(go(next, "alias")).as("a write is in the device").isNotEqualTo(REP_ACK);
            held.countDown();
            while (go(next, "alias") != REP_ACK) {
                Thread.onSpinWait();
            }
            assertThat(writes()).containsExactly("write 0+512");
        }
    }

    @Test
    void shutdownThatCutsOffLetsNothingMoreBegin() throws Exception {
        try (WireClient old = stuck(512, 0, 4096, 8192)) {
            assertThat(server.shutdown(Duration.ofMillis(50))).isFalse();
            held.countDown();
            while (!server.connections().isEmpty()) {
                Thread.onSpinWait();
            }
            assertThat(writes()).containsExactly("write 0+512");
            old.expectEnd();
        }
    }

    /** Until a connection has found its client gone, and waits for what it has under way. */
    private static void awaitEndOfInput() {
        while (Thread.getAllStackTraces().values().stream().flatMap(Arrays::stream)
                .noneMatch(frame -> frame.getClassName().endsWith("WriteStage")
                        && frame.getMethodName().equals("close"))) {
            Thread.yield();
        }
    }

    @Test
    void partsOfAPayloadThatItsClientBreaksOffAreNotBegunAnyMore() throws Exception {
        int part = 2 << 20;
        try (WireClient old = wire.open(socket, "vol")) {
            old.request(0, WireClient.WRITE, 1, 0, 4 * part);
            old.send(block(OLD, part));
            inside.await();
            old.send(block(OLD, 2 * part));
        }
        awaitEndOfInput();
        held.countDown();
        while (!server.connections().isEmpty()) {
            Thread.onSpinWait();
        }
        assertThat(writes()).containsExactly("write 0+" + part);
    }
}
