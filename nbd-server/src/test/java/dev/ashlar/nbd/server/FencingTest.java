package dev.ashlar.nbd.server;

import static dev.ashlar.nbd.testkit.WireClient.OPT_GO;
import static dev.ashlar.nbd.testkit.WireClient.READ;
import static dev.ashlar.nbd.testkit.WireClient.REP_ACK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.ServerLimits;
import dev.ashlar.nbd.testkit.ScriptedDevice;
import dev.ashlar.nbd.testkit.WireClient;
import dev.ashlar.nbd.testkit.WireClient.SimpleReply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that come back while the device still has, or would get, what they sent before. */
@Timeout(60)
class FencingTest {
    private static final byte OLD = 1;
    private static final byte NEW = 2;

    @TempDir
    Path dir;

    private final ScriptedDevice device = new ScriptedDevice(new MemoryDevice(1 << 20));
    private final CountDownLatch inside = new CountDownLatch(1);
    private final CountDownLatch held = new CountDownLatch(1);
    private NbdServer server;
    private InetSocketAddress tcp;

    private void serve(ServerLimits limits) throws IOException {
        server = new NbdServer(limits);
        server.addExport(new Export("vol", "", device));
        server.listenUnix(dir.resolve("s"));
        tcp = server.listenTcp("127.0.0.1", 0);
    }

    @AfterEach
    void close() throws IOException {
        held.countDown();
        server.close();
        device.close();
    }

    private void holdWritesAt(long offset) {
        device.script(call -> {
            if (call.startsWith("write " + offset + "+")) {
                inside.countDown();
                held.await();
            }
        });
    }

    private WireClient overUnix() throws IOException {
        return WireClient.connect(dir.resolve("s")).greet(3);
    }

    private WireClient overTcp() throws IOException {
        return WireClient.connect(tcp).greet(3);
    }

    private static FutureTask<Integer> entering(WireClient client) {
        FutureTask<Integer> task = new FutureTask<>(
                () -> client.optionReplies(OPT_GO, WireClient.infoData("vol")).getLast().type());
        Thread.ofPlatform().daemon().start(task);
        return task;
    }

    /** Until a connection waits for what its client has left behind. */
    private static void awaitTakeover() {
        while (Thread.getAllStackTraces().values().stream().flatMap(Arrays::stream)
                .noneMatch(frame -> frame.getClassName().endsWith("ServedExport")
                        && frame.getMethodName().equals("pause"))) {
            Thread.yield();
        }
    }

    /** Several requests that arrive together. */
    private static byte[] writes(byte[] payload, long... offsets) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (long offset : offsets) {
            bytes.writeBytes(WireClient.header(0, WireClient.WRITE, offset, offset, payload.length));
            bytes.writeBytes(payload);
        }
        return bytes.toByteArray();
    }

    private static byte[] block(byte value) {
        byte[] block = new byte[512];
        Arrays.fill(block, value);
        return block;
    }

    private static void awaitConnections(NbdServer server, int count) {
        while (server.connections().size() != count) {
            Thread.onSpinWait();
        }
    }

    @Test
    void writesOfADeadConnectionNeverLandOnThoseOfTheNext() throws Exception {
        serve(ServerLimits.DEFAULTS);
        holdWritesAt(0);
        WireClient dead = overUnix().go("vol");
        dead.send(writes(block(OLD), 0, 4096, 8192));
        inside.await();
        dead.close();
        try (WireClient next = overUnix(); WireClient other = overTcp().go("vol")) {
            FutureTask<Integer> entering = entering(next);
            awaitTakeover();
            for (int i = 0; i < 100; i++) {
                assertThat(other.read(4096, 512)).as("other clients go on").isEqualTo(block((byte) 0));
            }
            assertThat(entering.isDone()).as("a write of the dead connection is in the device").isFalse();
            held.countDown();
            assertThat(entering.get()).isEqualTo(REP_ACK);
            awaitConnections(server, 2);
            assertThat(next.errorOfWrite(0, 0, block(NEW))).isZero();
            assertThat(next.read(0, 512)).isEqualTo(block(NEW));
            assertThat(device.calls().stream().filter(call -> call.startsWith("write")))
                    .as("what had not begun is not executed").containsExactly("write 0+512", "write 0+512");
        }
    }

    @Test
    void largeWritesInTheStageAreFencedToo() throws Exception {
        serve(ServerLimits.DEFAULTS);
        holdWritesAt(0);
        WireClient dead = overUnix().go("vol");
        dead.send(writes(new byte[100_000], 0, 300_000, 500_000));
        inside.await();
        dead.close();
        try (WireClient next = overUnix()) {
            FutureTask<Integer> entering = entering(next);
            awaitTakeover();
            assertThat(entering.isDone()).isFalse();
            held.countDown();
            assertThat(entering.get()).isEqualTo(REP_ACK);
            assertThat(device.calls().stream().filter(call -> call.startsWith("write"))).hasSize(1);
        }
    }

    @Test
    void clientThatComesBackTooEarlyIsRefusedAndMayTryAgain() throws Exception {
        serve(ServerLimits.DEFAULTS.withTimes(ServerLimits.DEFAULTS.times().withTakeover(Duration.ofMillis(30))));
        holdWritesAt(0);
        WireClient dead = overUnix().go("vol");
        dead.write(0, 1, 0, block(OLD));
        inside.await();
        dead.close();
        try (WireClient next = overUnix()) {
            assertThat(entering(next).get()).isNotEqualTo(REP_ACK);
            held.countDown();
            while (entering(next).get() != REP_ACK) {
                Thread.onSpinWait();
            }
            assertThat(next.errorOfWrite(0, 0, block(NEW))).isZero();
        }
    }

    @Test
    void secondConnectionOfALiveClientWaitsForWhatIsInTheDeviceOnly() throws Exception {
        serve(ServerLimits.DEFAULTS);
        holdWritesAt(0);
        try (WireClient first = overUnix().go("vol"); WireClient second = overUnix()) {
            first.write(0, 1, 0, block(OLD));
            inside.await();
            FutureTask<Integer> entering = entering(second);
            awaitTakeover();
            CountDownLatch nextInside = new CountDownLatch(1);
            CountDownLatch nextHeld = new CountDownLatch(1);
            first.write(0, 2, 512, block(OLD));
            assertThat(entering.isDone()).isFalse();
            device.script(call -> {
                if (call.startsWith("write 512")) {
                    nextInside.countDown();
                    nextHeld.await();
                }
            });
            try {
                held.countDown();
                nextInside.await();
                assertThat(entering.get()).as("the next write came later").isEqualTo(REP_ACK);
            } finally {
                nextHeld.countDown();
            }
            assertThat(first.simpleReply()).isEqualTo(new SimpleReply(0, 1));
            assertThat(first.simpleReply()).isEqualTo(new SimpleReply(0, 2));
        }
    }

    @Test
    void whatATcpConnectionHasReceivedLandsBeforeTheNextIsServed() throws Exception {
        serve(ServerLimits.DEFAULTS);
        CountDownLatch lastInside = new CountDownLatch(1);
        CountDownLatch lastHeld = new CountDownLatch(1);
        device.script(call -> {
            if (call.startsWith("write 0+")) {
                inside.countDown();
                held.await();
            } else if (call.startsWith("write 512+")) {
                lastInside.countDown();
                lastHeld.await();
            }
        });
        // It could be dead: the server cannot know.
        try (WireClient first = overTcp().go("vol"); WireClient second = overTcp()) {
            first.write(0, 1, 0, block(OLD));
            inside.await();
            first.write(0, 2, 512, block(OLD));
            first.request(0, READ, 3, 0, 512);
            FutureTask<Integer> entering = entering(second);
            held.countDown();
            lastInside.await();
            // It is served by other threads than the one that is held.
            for (int i = 0; i < 20; i++) {
                overUnix().close();
            }
            assertThat(entering.isDone()).as("a write had come before").isFalse();
            lastHeld.countDown();
            assertThat(entering.get()).isEqualTo(REP_ACK);
        } finally {
            lastHeld.countDown();
        }
    }

    @Test
    void manyConnectionsOfOneClientComeAtOnce() throws Exception {
        serve(ServerLimits.DEFAULTS);
        holdWritesAt(0);
        WireClient dead = overUnix().go("vol");
        dead.write(0, 1, 0, block(OLD));
        inside.await();
        dead.close();
        WireClient[] next = new WireClient[8];
        FutureTask<?>[] entering = new FutureTask<?>[next.length];
        for (int i = 0; i < next.length; i++) {
            next[i] = overUnix();
            entering[i] = entering(next[i]);
        }
        held.countDown();
        for (int i = 0; i < next.length; i++) {
            assertThat(entering[i].get()).isEqualTo(REP_ACK);
            next[i].close();
        }
    }
}
