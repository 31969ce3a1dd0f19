package dev.ashlar.nbd.server;

import static dev.ashlar.nbd.testkit.WireClient.DISC;
import static dev.ashlar.nbd.testkit.WireClient.EIO;
import static dev.ashlar.nbd.testkit.WireClient.FLUSH;
import static dev.ashlar.nbd.testkit.WireClient.FUA;
import static dev.ashlar.nbd.testkit.WireClient.READ;
import static dev.ashlar.nbd.testkit.WireClient.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.ashlar.block.DeviceException;
import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.ServerLimits;
import dev.ashlar.nbd.testkit.LogCapture;
import dev.ashlar.nbd.testkit.Reply;
import dev.ashlar.nbd.testkit.ScriptedDevice;
import dev.ashlar.nbd.testkit.ShapedDevice;
import dev.ashlar.nbd.testkit.StyledClient;
import dev.ashlar.nbd.testkit.StyledClient.Style;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Writes that are received while others are written. A write may as well be executed by the connection's own thread,
 * when nothing else waits; the tests hold up only the stage's thread, so they come out the same either way.
 */
class WriteStageTest extends WireTestBase {
    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;
    private static final long SIZE = 256L * MIB;
    private static final int STRIPE = 256 * KIB;
    private static final long MARK = SIZE - 4096;

    private final ShapedDevice shaped = new ShapedDevice(new MemoryDevice(SIZE)).optimal(STRIPE);
    private final ScriptedDevice device = new ScriptedDevice(shaped);
    private volatile String held;
    private final CountDownLatch stageHolds = new CountDownLatch(1);
    private final CountDownLatch marked = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    @BeforeEach
    void serve() {
        server.addExport(new Export("vol", "", device));
    }

    @AfterEach
    void noThreadIsLeft() throws IOException {
        released.countDown();
        server.close();
        while (!stageThreads().isEmpty()) {
            Thread.onSpinWait();
        }
    }

    private static List<Thread> stageThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().matches("nbd-\\d+-writes"))
                .toList();
    }

    private static boolean onStage() {
        return Thread.currentThread().getName().endsWith("-writes");
    }

    /** Holds the first write of the stage until the connection has come to a READ at {@link #MARK}, and then some. */
    private void holdTheStageUntilMarked() {
        device.script(call -> {
            if (call.startsWith("read " + MARK)) {
                marked.countDown();
            } else if (call.startsWith("write") && onStage()) {
                held = held == null ? call : held;
                stageHolds.countDown();
                marked.await();
            }
        });
    }

    private void holdTheStageUntilReleased() {
        device.script(call -> {
            if (call.startsWith("read " + MARK)) {
                marked.countDown();
            } else if (call.startsWith("write") && onStage()) {
                stageHolds.countDown();
                released.await();
            }
        });
    }

    private static CompletableFuture<Void> send(StyledClient client, byte[] bytes) {
        CompletableFuture<Void> sent = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                client.wire().send(bytes);
                sent.complete(null);
            } catch (IOException e) {
                sent.completeExceptionally(e);
            }
        });
        return sent;
    }

    private static Map<Long, Integer> errors(StyledClient client, int replies) throws IOException {
        Map<Long, Integer> errors = new TreeMap<>();
        for (int i = 0; i < replies; i++) {
            Reply reply = client.reply(cookie -> cookie == -1 ? 4096 : 0);
            assertThat(errors.put(reply.cookie(), reply.error())).as("answered once").isNull();
        }
        return errors;
    }

    /** {@code count} writes that follow each other, and the mark. A write's cookie is its place in the sequence. */
    private static byte[] sequence(StyledClient client, int count, int lengthBytes) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            all.writeBytes(client.writeBytes(0, i, (long) i * lengthBytes, TransmissionTest.pattern(i, lengthBytes)));
        }
        all.writeBytes(client.header(0, READ, -1, MARK, 4096));
        return all.toByteArray();
    }

    private record Call(long offset, long length) {
        static Call of(String call) {
            String[] fields = call.split("[ +]");
            return new Call(Long.parseLong(fields[1]), Long.parseLong(fields[2]));
        }

        long end() {
            return offset + length;
        }
    }

    private List<Call> writes() {
        return device.calls().stream().filter(call -> call.startsWith("write ")).map(Call::of).toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {64 << 10, 4 << 10, 100_000})
    void sequentialWritesReachTheDeviceAsWholeStripes(int lengthBytes) throws IOException {
        holdTheStageUntilMarked();
        int count = Math.min(200, 3 * MIB / lengthBytes);
        try (StyledClient client = open(Style.SIMPLE)) {
            send(client, sequence(client, count, lengthBytes));
            assertThat(errors(client, count + 1).values()).containsOnly(0);
            for (int i = 0; i < count; i++) {
                assertThat(client.read((long) i * lengthBytes, lengthBytes))
                        .isEqualTo(TransmissionTest.pattern(i, lengthBytes));
            }
        }
        List<Call> writes = writes();
        assertThat(held).as("the stage had something to do").isNotNull();
        long end = (long) count * lengthBytes;
        long heldEnd = Call.of(held).end();
        for (long stripe = (heldEnd + STRIPE - 1) / STRIPE; (stripe + 1) * STRIPE <= end; stripe++) {
            long from = stripe * STRIPE;
            assertThat(writes).as("stripe at %d", from)
                    .filteredOn(call -> call.offset() < from + STRIPE && call.end() > from)
                    .hasSize(1);
        }
        assertThat(writes.subList(writes.indexOf(Call.of(held)), writes.size())).as("joined")
                .hasSizeLessThanOrEqualTo(4);
    }

    @ParameterizedTest
    @EnumSource
    void failureOfAJoinedRunIsToldExactlyToTheWritesConcerned(Style style) throws IOException {
        long badFrom = 10 * 64 * KIB + 5;
        long badTo = 12 * 64 * KIB + 1;
        device.script(call -> {
            if (call.startsWith("read " + MARK)) {
                marked.countDown();
            } else if (call.startsWith("write ")) {
                if (onStage()) {
                    marked.await();
                }
                Call write = Call.of(call);
                if (write.offset() < badTo && write.end() > badFrom) {
                    throw new DeviceException("disk", "write", write.offset(), write.length(), "bad");
                }
            }
        });
        try (StyledClient client = open(style)) {
            send(client, sequence(client, 32, 64 * KIB));
            Map<Long, Integer> errors = errors(client, 33);
            device.script(_ -> {});
            for (int i = 0; i < 32; i++) {
                assertThat(errors.get((long) i)).as("write %d", i).isEqualTo(i >= 10 && i <= 12 ? EIO : 0);
                if (i < 10 || i > 12) {
                    assertThat(client.read(i * 64L * KIB, 64 * KIB)).isEqualTo(TransmissionTest.pattern(i, 64 * KIB));
                }
            }
            assertThat(client.callWrite(0, 10 * 64 * KIB, new byte[3 * 64 * KIB]).error()).as("later").isZero();
        }
    }

    /** A write that nobody else has a part in, and what made it durable, is not tried a second time. */
    @ParameterizedTest
    @ValueSource(ints = {0, FUA})
    void failureOfALoneWriteIsNotTriedAgain(int flags) throws IOException {
        device.script(call -> {
            if (call.startsWith("read " + MARK)) {
                marked.countDown();
            } else if (call.startsWith("write") && onStage()) {
                marked.await();
                throw new DeviceException("disk", "write", 0, 1, "bad");
            }
        });
        try (StyledClient client = open(Style.EXTENDED)) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int i = 0; i < 4; i++) {
                all.writeBytes(client.writeBytes(flags, i, 3L * i * STRIPE, new byte[STRIPE]));
            }
            all.writeBytes(client.header(0, READ, -1, MARK, 4096));
            send(client, all.toByteArray());
            errors(client, 5);
            assertThat(writes()).extracting(Call::offset).doesNotHaveDuplicates();
        }
    }

    @Test
    void writesWithFuaAreNotJoined() throws IOException {
        holdTheStageUntilMarked();
        try (StyledClient client = open(Style.SIMPLE)) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int i = 0; i < 8; i++) {
                all.writeBytes(client.writeBytes(i % 2 == 0 ? FUA : 0, i, i * 128L * KIB, new byte[128 * KIB]));
            }
            all.writeBytes(client.header(0, READ, -1, MARK, 4096));
            send(client, all.toByteArray());
            assertThat(errors(client, 9).values()).containsOnly(0);
            for (int i = 0; i < 8; i++) {
                assertThat(device.calls()).contains("write " + i * 128 * KIB + "+131072" + (i % 2 == 0 ? " fua" : ""));
            }
        }
    }

    @Test
    void discAnswersStagedWritesFirst() throws Exception {
        holdTheStageUntilReleased();
        try (StyledClient client = open(Style.EXTENDED)) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.writeBytes(sequence(client, 30, 100_000));
            all.writeBytes(client.header(0, DISC, 99, 0, 0));
            send(client, all.toByteArray());
            marked.await();
            released.countDown();
            assertThat(errors(client, 31).values()).containsOnly(0);
            client.wire().expectClosed();
        }
    }

    @Test
    void halfClosedClientGetsTheAnswersToStagedWrites() throws Exception {
        holdTheStageUntilReleased();
        try (StyledClient client = open(Style.STRUCTURED)) {
            client.wire().send(sequence(client, 30, 100_000));
            client.wire().endOutput();
            marked.await();
            released.countDown();
            assertThat(errors(client, 31).values()).containsOnly(0);
            client.wire().expectClosed();
        }
    }

    @Test
    void clientThatVanishesBehindStagedWritesIsForgotten() throws Exception {
        holdTheStageUntilReleased();
        try (LogCapture log = new LogCapture()) {
            StyledClient client = open(Style.SIMPLE);
            client.wire().send(sequence(client, 30, 100_000));
            marked.await();
            client.close();
            released.countDown();
            while (!server.connections().isEmpty()) {
                Thread.onSpinWait();
            }
            assertThat(log.atLeast(Level.WARN)).isEmpty();
        }
    }

    /** What cannot be sent while the rest of a payload is waited for is the end of the client, not a defect. */
    @ParameterizedTest
    @ValueSource(ints = {100_000, 5 * MIB, 300 * MIB})
    void clientThatVanishesInAPayloadIsNoDefect(int lengthBytes) throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        device.script(call -> {
            if (call.startsWith("read")) {
                gone.await();
            }
        });
        try (LogCapture log = new LogCapture()) {
            StyledClient client = open(Style.SIMPLE);
            ByteArrayOutputStream both = new ByteArrayOutputStream();
            both.writeBytes(client.header(0, READ, 1, 0, 512));
            both.writeBytes(Arrays.copyOf(client.header(0, WRITE, 2, 0, lengthBytes), 1000));
            client.wire().send(both.toByteArray());
            client.close();
            gone.countDown();
            while (!server.connections().isEmpty()) {
                Thread.onSpinWait();
            }
            assertThat(log.atLeast(Level.WARN)).isEmpty();
        }
    }

    @Test
    void removedExportAnswersStagedWrites() throws Exception {
        holdTheStageUntilReleased();
        try (StyledClient client = open(Style.SIMPLE)) {
            send(client, sequence(client, 30, 100_000)).get();
            marked.await();
            CompletableFuture<Boolean> removed = CompletableFuture.supplyAsync(() -> {
                try {
                    return server.removeExport("vol");
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            released.countDown();
            assertThat(errors(client, 31).values()).containsOnly(0);
            client.wire().expectClosed();
            assertThat(removed.get()).isTrue();
            assertThat(stageThreads()).isEmpty();
        }
    }

    @Test
    void removedExportIsNotDoneWhileTheStageIsInTheDevice() throws Exception {
        holdTheStageUntilReleased();
        NbdServer hasty = serve("hasty", ServerLimits.DEFAULTS.withDrainTimeout(Duration.ofMillis(50)),
                new Export("vol", "", device));
        try (StyledClient client = StyledClient.open(wire, dir.resolve("hasty"), "vol", Style.SIMPLE)) {
            send(client, sequence(client, 30, 100_000));
            marked.await();
            assertThat(hasty.removeExport("vol")).isFalse();
            client.wire().expectEnd();
            released.countDown();
        }
    }

    @Test
    void blockedStageDisturbsNoOtherConnection() throws Exception {
        holdTheStageUntilReleased();
        try (StyledClient slow = open(Style.SIMPLE); StyledClient other = open(Style.EXTENDED)) {
            // Far more than the ring holds: what does not fit waits in the socket.
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int i = 0; i < 32; i++) {
                all.writeBytes(slow.writeBytes(0, i, i * 1L * MIB, TransmissionTest.pattern(i, MIB)));
            }
            CompletableFuture<Void> sent = send(slow, all.toByteArray());
            stageHolds.await();
            assertThat(other.read(100L * MIB, 512)).isEqualTo(new byte[512]);
            assertThat(other.callWrite(0, 100L * MIB, new byte[] {1}).error()).isZero();
            assertThat(other.call(0, FLUSH, 0, 0).error()).isZero();
            assertThat(sent).as("no more is taken than there is room for").isNotDone();
            released.countDown();
            assertThat(errors(slow, 32).values()).containsOnly(0);
            assertThat(slow.read(31L * MIB, MIB)).isEqualTo(TransmissionTest.pattern(31, MIB));
        }
    }

    @Test
    void blockedStageDoesNotHoldUpReadsElsewhereOnTheSameConnection() throws Exception {
        holdTheStageUntilReleased();
        try (StyledClient client = open(Style.SIMPLE)) {
            send(client, sequence(client, 30, 100_000));
            Reply first = client.reply(cookie -> cookie == -1 ? 4096 : 0);
            while (first.cookie() != -1) {
                first = client.reply(cookie -> cookie == -1 ? 4096 : 0);
            }
            assertThat(released.getCount()).as("the stage still holds").isOne();
        }
    }

    @Test
    void peerThatReadsNoRepliesForAWhileGetsAllOfThem() throws Exception {
        holdTheStageUntilMarked();
        try (StyledClient client = open(Style.SIMPLE)) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int i = 0; i < 16; i++) {
                all.writeBytes(client.writeBytes(0, i, i * 1L * MIB, TransmissionTest.pattern(i, MIB)));
                all.writeBytes(client.header(0, READ, 1000 + i, (128L + i) * MIB, 2 * MIB));
            }
            all.writeBytes(client.header(0, READ, -1, MARK, 4096));
            marked.countDown();
            send(client, all.toByteArray());
            while (device.calls().stream().noneMatch(call -> call.startsWith("read"))) {
                Thread.onSpinWait();
            }
            List<Long> answered = new ArrayList<>();
            while (answered.size() < 33) {
                Reply reply = client.reply(cookie -> cookie == -1 ? 4096 : cookie >= 1000 ? 2 * MIB : 0);
                assertThat(reply.error()).isZero();
                answered.add(reply.cookie());
            }
            assertThat(answered).doesNotHaveDuplicates();
            assertThat(client.read(15L * MIB, MIB)).isEqualTo(TransmissionTest.pattern(15, MIB));
        }
    }

    @Test
    void moreWritesThanTheStageHasPlacesForWait() throws Exception {
        holdTheStageUntilReleased();
        try (StyledClient client = open(Style.SIMPLE)) {
            CompletableFuture<Void> sent = send(client, sequence(client, 2000, 4096));
            stageHolds.await();
            released.countDown();
            assertThat(errors(client, 2001)).hasSize(2001).containsValue(0).doesNotContainValue(EIO);
            sent.get();
            for (int i = 0; i < 2000; i++) {
                assertThat(client.read(i * 4096L, 4096)).isEqualTo(TransmissionTest.pattern(i, 4096));
            }
        }
    }

    @Test
    void withoutRingsWritesGoTheSlowerWay() throws Exception {
        // A quarter of the payload memory is for rings: four of them.
        serve("tight", ServerLimits.DEFAULTS.withPayloadMemory(128L * MIB, Duration.ofSeconds(60)),
                new Export("vol", "", device));
        List<StyledClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 8; i++) {
                clients.add(StyledClient.open(wire, dir.resolve("tight"), "vol", Style.SIMPLE));
                byte[] data = TransmissionTest.pattern(i, MIB);
                assertThat(clients.get(i).callWrite(0, i * 1L * MIB, data).error()).isZero();
            }
            for (int i = 0; i < 8; i++) {
                assertThat(clients.get(i).read(i * 1L * MIB, MIB)).isEqualTo(TransmissionTest.pattern(i, MIB));
            }
        } finally {
            for (StyledClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    void idleStageEndsAndAnotherBegins() throws Exception {
        try (StyledClient client = open(Style.SIMPLE)) {
            for (int round = 0; round < 2; round++) {
                send(client, sequence(client, 30, 100_000));
                assertThat(errors(client, 31).values()).containsOnly(0);
                while (!stageThreads().isEmpty()) {
                    Thread.onSpinWait();
                }
                assertThat(client.read(2_900_000, 100_000)).isEqualTo(TransmissionTest.pattern(29, 100_000));
            }
        }
    }

    /** A lost wake-up between the two threads would leave the client waiting for ever. */
    @ParameterizedTest
    @EnumSource(names = {"SIMPLE", "EXTENDED"})
    void handOverForgetsNoReply(Style style) throws IOException {
        shaped.optimal(4096);
        try (StyledClient client = open(style)) {
            ByteArrayOutputStream burst = new ByteArrayOutputStream();
            burst.writeBytes(client.writeBytes(0, 0, 0, new byte[(64 << 10) + 1]));
            burst.writeBytes(client.writeBytes(0, 1, 1 << 20, new byte[512]));
            burst.writeBytes(client.writeBytes(0, 2, 2 << 20, new byte[70_000]));
            burst.writeBytes(client.header(0, READ, -1, 0, 4096));
            byte[] bytes = burst.toByteArray();
            for (int i = 0; i < 5000; i++) {
                client.wire().send(bytes);
                assertThat(errors(client, 4).values()).containsOnly(0);
            }
        }
    }
}
