package dev.ashlar.nbd.server;

import static dev.ashlar.nbd.testkit.WireClient.OPT_GO;
import static dev.ashlar.nbd.testkit.WireClient.READ;
import static dev.ashlar.nbd.testkit.WireClient.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.ServerLimits;
import dev.ashlar.nbd.testkit.ScriptedDevice;
import dev.ashlar.nbd.testkit.WireClient;
import dev.ashlar.nbd.testkit.WireClient.SimpleReply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Peers that are slow on purpose: they cost what was set aside for them, are cut off in time, and disturb nobody. */
@Timeout(60)
class SlowPeerTest {
    private static final int MIB = 1 << 20;
    private static final int SIZE = 64 * MIB;
    private static final int STALLED = 8;
    private static final Duration HANDSHAKE = Duration.ofMillis(300);
    /** Far more than a bystander's requests take beside peers that do nothing, and less than any limit here. */
    private static final Duration UNDISTURBED = Duration.ofSeconds(5);

    @TempDir
    Path dir;

    private final ScriptedDevice device = new ScriptedDevice(new MemoryDevice(SIZE));
    private final List<WireClient> stalled = new ArrayList<>();
    private Path socket;
    private NbdServer server;

    @BeforeEach
    void serve() throws IOException {
        server = serve("s", ServerLimits.DEFAULTS.withPayloadMemory(128L * MIB, Duration.ofSeconds(20)));
        socket = dir.resolve("s");
    }

    private NbdServer serve(String name, ServerLimits limits) throws IOException {
        NbdServer served = new NbdServer(limits);
        served.addExport(new Export("vol", "", device));
        served.addExport(new Export("quiet", "", new MemoryDevice(MIB)));
        served.listenUnix(dir.resolve(name));
        return served;
    }

    @AfterEach
    void close() throws IOException {
        for (WireClient client : stalled) {
            client.close();
        }
        server.close();
        device.close();
    }

    private WireClient stalling() throws IOException {
        WireClient client = WireClient.open(socket, "vol");
        stalled.add(client);
        return client;
    }

    /** Another client's requests, on either export, small and large. */
    private void othersAreUndisturbed() throws IOException {
        long began = System.nanoTime();
        for (String export : List.of("quiet", "vol")) {
            try (WireClient other = WireClient.open(socket, export)) {
                for (int i = 0; i < 100; i++) {
                    assertThat(other.errorOfWrite(0, 4096L * i, new byte[] {(byte) i})).isZero();
                    assertThat(other.read(4096L * i, 1)).containsExactly(i);
                }
                assertThat(other.errorOfWrite(0, 0, new byte[MIB])).isZero();
                assertThat(other.read(0, MIB)).hasSize(MIB);
            }
        }
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(UNDISTURBED);
    }

    /** Byte for byte, each before the limit, until the server has had enough: how many it took. */
    private static int trickle(WireClient client, byte[] bytes) throws InterruptedException {
        long pauseMillis = HANDSHAKE.toMillis() / 20;
        for (int i = 0; i < bytes.length; i++) {
            try {
                client.send(bytes[i]);
            } catch (IOException _) {
                return i;
            }
            TimeUnit.MILLISECONDS.sleep(pauseMillis);
        }
        return bytes.length;
    }

    private static byte[] handshakeThatNeverEnds() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(new byte[] {0, 0, 0, 3});
        byte[] go = WireClient.infoData("none");
        for (int i = 0; i < 100; i++) {
            bytes.writeBytes(ByteBuffer.allocate(16 + go.length)
                    .putLong(0x49484156454F5054L).putInt(OPT_GO).putInt(go.length).put(go).array());
        }
        return bytes.toByteArray();
    }

    @Test
    void handshakeByteByByteIsCutOffAtTheLimit() throws Exception {
        byte[] bytes = handshakeThatNeverEnds();
        try (NbdServer hasty = serve("hasty", ServerLimits.DEFAULTS.withHandshakeTimeout(HANDSHAKE));
                WireClient slow = WireClient.connect(dir.resolve("hasty"))) {
            assertThat(trickle(slow, bytes)).as("bytes taken").isLessThan(bytes.length);
            slow.expectEnd();
            awaitConnections(hasty, 0);
        }
    }

    @Test
    void silenceIsCutOffAtTheLimitWhereverItBegins() throws Exception {
        byte[] bytes = handshakeThatNeverEnds();
        try (NbdServer hasty = serve("hasty", ServerLimits.DEFAULTS.withHandshakeTimeout(HANDSHAKE))) {
            for (int taken : new int[] {0, 3, 4, 11, 19, 20, 23, 34, 60}) {
                WireClient silent = WireClient.connect(dir.resolve("hasty"));
                stalled.add(silent);
                silent.send(ByteBuffer.wrap(bytes, 0, taken));
            }
            stalled.forEach(WireClient::expectEnd);
            awaitConnections(hasty, 0);
        }
    }

    @Test
    void theLimitOfTheHandshakeIsNoneOfTheTransmission() throws Exception {
        try (NbdServer hasty = serve("hasty", ServerLimits.DEFAULTS.withHandshakeTimeout(HANDSHAKE));
                WireClient client = WireClient.open(dir.resolve("hasty"), "vol");
                WireClient silent = WireClient.connect(dir.resolve("hasty"))) {
            silent.expectEnd();
            assertThat(client.read(0, 1)).hasSize(1);
        }
    }

    @Test
    void clientsThatStopInTheLargestPayloadsDisturbNobody() throws Exception {
        for (int i = 0; i < 2 * STALLED; i++) {
            WireClient client = stalling();
            client.request(0, WRITE, i, 0, 64L * MIB);
            client.send(new byte[64 << 10]);
        }
        othersAreUndisturbed();
    }

    @Test
    void clientsThatNeverReadDisturbNobody() throws Exception {
        int requests = 1000;
        byte[] reads = manyReads(requests, MIB);
        for (int i = 0; i < STALLED; i++) {
            stalling().send(reads);
        }
        othersAreUndisturbed();
        assertThat(device.calls().stream().filter(call -> call.endsWith("+" + MIB)).count())
                .as("reads done for clients that do not take them").isLessThan(STALLED * requests / 10);
        WireClient late = stalled.getFirst();
        for (int i = 0; i < requests; i++) {
            assertThat(late.simpleReply()).isEqualTo(new SimpleReply(0, i));
            late.receive(MIB);
        }
    }

    private static byte[] manyReads(int requests, int length) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < requests; i++) {
            bytes.writeBytes(WireClient.header(0, READ, i, 0, length));
        }
        return bytes.toByteArray();
    }

    @Test
    void clientsThatStopInAPayloadDisturbNobody() throws Exception {
        for (int i = 0; i < STALLED; i++) {
            WireClient client = stalling();
            client.request(0, WRITE, i, 0, 4 * MIB);
            client.send(new byte[3 * MIB]);
        }
        othersAreUndisturbed();
        WireClient late = stalled.getFirst();
        late.send(new byte[MIB]);
        assertThat(late.simpleReply()).isEqualTo(new SimpleReply(0, 0));
    }

    @Test
    void clientsThatStopInAHeaderDisturbNobody() throws Exception {
        byte[] header = WireClient.header(0, READ, 5, 0, 1);
        for (int i = 0; i < STALLED; i++) {
            stalling().send(ByteBuffer.wrap(header, 0, 1 + i * 3));
        }
        othersAreUndisturbed();
        WireClient late = stalled.getLast();
        int sent = 1 + (STALLED - 1) * 3;
        late.send(ByteBuffer.wrap(header, sent, header.length - sent));
        assertThat(late.simpleReply()).isEqualTo(new SimpleReply(0, 5));
    }

    private static void awaitConnections(NbdServer server, int count) {
        while (server.connections().size() > count) {
            Thread.onSpinWait();
        }
    }
}
