package dev.ashlar.nbd.server;

import static dev.ashlar.nbd.testkit.WireClient.ESHUTDOWN;
import static dev.ashlar.nbd.testkit.WireClient.READ;
import static dev.ashlar.nbd.testkit.WireClient.TRIM;
import static dev.ashlar.nbd.testkit.WireClient.WRITE;
import static dev.ashlar.nbd.testkit.WireClient.WRITE_ZEROES;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.RateLimits;
import dev.ashlar.nbd.ServerLimits;
import dev.ashlar.nbd.testkit.LogCapture;
import dev.ashlar.nbd.testkit.Reply;
import dev.ashlar.nbd.testkit.ScriptedDevice;
import dev.ashlar.nbd.testkit.ShapedDevice;
import dev.ashlar.nbd.testkit.StyledClient;
import dev.ashlar.nbd.testkit.StyledClient.Style;
import dev.ashlar.nbd.testkit.WireClient;
import dev.ashlar.nbd.testkit.WireClient.SimpleReply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rates of exports and servers, as clients meet them. */
class RateLimitTest extends WireTestBase {
    /** One piece, and no second one in the life of a test. */
    private static final RateLimits HARDLY_ANY = new RateLimits(1, 0);

    private static final int MIB = 1 << 20;
    private static final int SIZE = 256 * MIB;

    private final ShapedDevice shaped = new ShapedDevice(new MemoryDevice(SIZE));
    private final ScriptedDevice device = new ScriptedDevice(shaped);
    private NbdServer limited;
    private InetSocketAddress tcp;

    private Path serve(RateLimits ofServer, RateLimits ofExport) throws IOException {
        limited = serve("limited", ServerLimits.DEFAULTS.withRates(ofServer),
                new Export("vol", "", device).withRates(ofExport), new Export("other", "", new MemoryDevice(MIB)));
        tcp = limited.listenTcp("127.0.0.1", 0);
        return dir.resolve("limited");
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
        try (WireClient client = wire.open(socket, "vol")) {
            // 1.6 MB, of which the burst and the last request wait for nothing.
            assertThat(time(client, 8, 100_000)).isGreaterThan(Duration.ofMillis(250));
        }
    }

    @Test
    void operationsCountAgainstTheServer() throws IOException {
        Path socket = serve(new RateLimits(0, 100), RateLimits.NONE);
        try (WireClient client = wire.open(socket, "vol")) {
            assertThat(time(client, 20, 1)).isGreaterThan(Duration.ofMillis(250));
        }
    }

    @Test
    void payloadThatComesInPiecesIsCountedOnce() throws IOException {
        Path socket = serve(RateLimits.NONE, new RateLimits(0, 5));
        try (WireClient client = wire.open(socket, "vol")) {
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
        try (WireClient client = wire.open(socket, "vol"); WireClient other = wire.open(socket, "other")) {
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
        try (WireClient client = wire.open(socket, "vol")) {
            client.request(0, READ, 1, 0, 1000);
            assertThat(client.simpleReply()).isEqualTo(new SimpleReply(0, 1));
            client.receive(1000);
            client.write(0, 2, 0, new byte[1000]);
            assertThat(limited.removeExport("vol")).isTrue();
            assertThat(client.simpleReply()).isEqualTo(new SimpleReply(ESHUTDOWN, 2));
            client.expectClosed();
            assertThat(device.calls()).containsExactly("read 0+1000");
        }
    }

    @Test
    void clientThatIsGoneStopsWaitingWhenItComesBack() throws IOException {
        Path socket = serve(RateLimits.NONE, HARDLY_ANY);
        WireClient gone = wire.open(socket, "vol");
        gone.request(0, READ, 1, 0, 1000);
        gone.receive(1016);
        gone.write(0, 2, 0, new byte[1000]);
        gone.close();
        try (WireClient back = wire.open(socket, "vol")) {
            await(() -> limited.connections().size() == 1);
            assertThat(device.calls()).containsExactly("read 0+1000");
        }
    }

    @Test
    void holesCostNothing() throws IOException {
        shaped.hole(0, SIZE);
        Path socket = serve(RateLimits.NONE, HARDLY_ANY);
        try (StyledClient client = StyledClient.open(wire, socket, "vol", Style.STRUCTURED);
                WireClient other = wire.open(socket, "vol")) {
            assertThat(client.read(0, 90 * MIB)).hasSize(90 * MIB);
            assertThat(other.read(0, 1000)).as("nothing has been used up").hasSize(1000);
        }
    }

    @Test
    void zeroesCostWhatWritingThemCosts() throws Exception {
        Path socket = serve(RateLimits.NONE, HARDLY_ANY);
        try (WireClient client = wire.open(socket, "vol"); WireClient waiting = wire.open(socket, "vol")) {
            shaped.zeroesFast(true);
            assertThat(client.errorOf(0, WRITE_ZEROES, 0, 100 * MIB)).as("storage is freed").isZero();
            assertThat(client.errorOf(0, TRIM, 0, 100 * MIB)).isZero();
            device.calls().clear();
            shaped.zeroesFast(false);
            waiting.request(0, WRITE_ZEROES, 1, 0, MIB);
            awaitRateWait();
            assertThat(limited.removeExport("vol")).isTrue();
            assertThat(waiting.simpleReply()).isEqualTo(new SimpleReply(ESHUTDOWN, 1));
            assertThat(device.calls()).isEmpty();
        }
    }

    private static void awaitRateWait() {
        awaitInside("Rate", "await", 1);
    }

    @ParameterizedTest
    @EnumSource(names = {"SIMPLE", "STRUCTURED"})
    void smallRequestsOneByOneAreServedBesideLargeOnesInAQueue(Style style) throws Exception {
        Path socket = serve(RateLimits.NONE, new RateLimits(16 * MIB, 0));
        AtomicLong received = new AtomicLong();
        // Another address is another client.
        WireClient large = wire.greeted(tcp);
        try (WireClient small = wire.open(socket, "vol")) {
            (style == Style.SIMPLE ? large : large.structured()).go("vol");
            for (int i = 0; i < 4; i++) {
                large.request(0, READ, i, 0, 64L * MIB);
            }
            Thread reader = Thread.ofPlatform().daemon().start(() -> {
                try {
                    while (true) {
                        large.receive(4096);
                        received.addAndGet(4096);
                    }
                } catch (IOException _) {
                    // The end of the test.
                }
            });
            awaitRateWait();
            long before = received.get();
            for (int i = 0; i < 40; i++) {
                assertThat(small.read(0, 4096)).hasSize(4096);
            }
            // It was 64 MiB for each.
            assertThat(received.get() - before).isLessThan(40L * MIB);
            large.close();
            reader.join();
        } finally {
            large.close();
        }
    }

    @Test
    void whatHadComeBeforeTheNextConnectionDoesNotWait() throws Exception {
        serve(RateLimits.NONE, HARDLY_ANY);
        ByteArrayOutputStream writes = new ByteArrayOutputStream();
        for (int i = 0; i < 8; i++) {
            writes.writeBytes(WireClient.header(0, WRITE, i, i * 4096L, 4096));
            writes.writeBytes(new byte[4096]);
        }
        try (WireClient first = wire.greeted(tcp).go("vol")) {
            first.send(writes.toByteArray());
            awaitRateWait();
            try (WireClient second = wire.greeted(tcp).go("vol")) {
                for (int i = 0; i < 8; i++) {
                    assertThat(first.simpleReply()).isEqualTo(new SimpleReply(0, i));
                }
                second.request(0, READ, 1, 0, 4096);
                awaitRateWait();
            }
        }
    }

    @Test
    void nextConnectionDoesNotWaitForPayloadThatHasOnlyComeInPart() throws Exception {
        serve(RateLimits.NONE, HARDLY_ANY);
        try (WireClient first = wire.greeted(tcp).go("vol"); WireClient second = wire.greeted(tcp)) {
            Thread sender = Thread.ofPlatform().daemon().start(() -> {
                try {
                    for (int i = 0; i < 64; i++) {
                        first.write(0, i, i * (long) MIB, new byte[MIB]);
                    }
                } catch (IOException _) {
                    // The end of the test.
                }
            });
            try {
                awaitRateWait();
                second.go("vol");
            } finally {
                // The sender would keep an orderly end from getting through.
                first.socket().close();
                sender.join();
            }
        }
    }

    @Test
    void longReadIsBrokenOffWhereItWaitsWhenItsExportIsRemoved() throws Exception {
        Path socket = serve(RateLimits.NONE, new RateLimits(4 * MIB, 0));
        try (StyledClient client = StyledClient.open(wire, socket, "vol", Style.STRUCTURED)) {
            client.request(0, READ, 1, 0, 200L * MIB);
            await(() -> device.calls().size() >= 2);
            assertThat(limited.removeExport("vol")).isTrue();
            Reply reply = client.reply(0);
            assertThat(reply.error()).isEqualTo(ESHUTDOWN);
            assertThat(reply.lostAt()).hasSize(1);
            client.wire().expectClosed();
        }
    }

    @Test
    void longWriteThatHasBegunIsDoneWholeWhenItsExportIsRemoved() throws Exception {
        Path socket = serve(RateLimits.NONE, new RateLimits(8 * MIB, 0));
        byte[] data = TransmissionTest.pattern(1, 64 * MIB);
        try (StyledClient client = StyledClient.open(wire, socket, "vol", Style.EXTENDED)) {
            FutureTask<Integer> writing = new FutureTask<>(() -> client.callWrite(0, 0, data).error());
            Thread.ofPlatform().daemon().start(writing);
            await(() -> !device.calls().isEmpty());
            assertThat(limited.removeExport("vol")).isTrue();
            assertThat(writing.get()).isZero();
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment content = arena.allocate(data.length);
            shaped.read(0, content, 0, data.length);
            assertThat(content.mismatch(MemorySegment.ofArray(data))).isEqualTo(-1);
        }
    }

    @Test
    void clientThatIsGoneWhenItsNextRequestHasToWaitIsNoDefect() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        device.script(_ -> held.await());
        Path socket = serve(RateLimits.NONE, HARDLY_ANY);
        try (LogCapture log = new LogCapture()) {
            WireClient client = wire.open(socket, "vol");
            ByteArrayOutputStream both = new ByteArrayOutputStream();
            both.writeBytes(WireClient.header(0, READ, 1, 0, 4096));
            both.writeBytes(WireClient.header(0, READ, 2, 0, 4096));
            client.send(both.toByteArray());
            await(() -> !device.calls().isEmpty());
            client.socket().close();
            held.countDown();
            await(() -> limited.connections().isEmpty());
            assertThat(log.atLeast(Level.WARN)).isEmpty();
        } finally {
            held.countDown();
        }
    }
}
