package dev.ashlar.nbd.server;

import static dev.ashlar.nbd.testkit.WireClient.EIO;
import static dev.ashlar.nbd.testkit.WireClient.FLUSH;
import static dev.ashlar.nbd.testkit.WireClient.FUA;
import static dev.ashlar.nbd.testkit.WireClient.NO_HOLE;
import static dev.ashlar.nbd.testkit.WireClient.READ;
import static dev.ashlar.nbd.testkit.WireClient.TRIM;
import static dev.ashlar.nbd.testkit.WireClient.WRITE_ZEROES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.block.DeviceException;
import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.testkit.Reply;
import dev.ashlar.nbd.testkit.ScriptedDevice;
import dev.ashlar.nbd.testkit.ShapedDevice;
import dev.ashlar.nbd.testkit.StyledClient;
import dev.ashlar.nbd.testkit.StyledClient.Style;
import dev.ashlar.nbd.testkit.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;

/**
 * Pipelined requests of one connection, of every kind and size, have the effect they would have one after the other:
 * where they touch the same bytes their order is kept, whichever thread executes them.
 */
class WriteOrderProps {
    private static final int SIZE = 24 << 20;
    private static final int SMALL_SIZE = 4 << 20;
    private static final int REQUESTS = 400;
    private static final int[] OPTIMAL = {4096, 48 << 10, 256 << 10, 384 << 10, 4 << 20, 16 << 20};

    private Path dir;
    private NbdServer server;

    @BeforeProperty
    void serve() throws IOException {
        dir = Files.createTempDirectory("nbd-order");
        server = new NbdServer();
        // Serves those too that do without TLS.
        Wire.TLS.prepare(server, dir);
        server.listenUnix(dir.resolve("s"));
    }

    @AfterProperty
    void close() throws IOException {
        server.close();
        try (Stream<Path> files = Files.walk(dir)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** One run: what is sent, and what must come back. */
    private static final class Run {
        private final Random random;
        private final byte[] noise = new byte[8 << 20];
        private final byte[] model = new byte[SIZE];
        private final byte[][] expected = new byte[REQUESTS][];
        private final long[] offsets = new long[REQUESTS];
        private long next;

        Run(long seed) {
            random = new Random(seed);
            random.nextBytes(noise);
        }

        private int length(boolean write) {
            int kind = random.nextInt(100);
            if (kind < 45) {
                return 4096 << random.nextInt(5);
            }
            if (kind < 70) {
                return 1 + random.nextInt(80_000);
            }
            if (kind < 97) {
                return (64 << 10) + random.nextInt(700_000);
            }
            // Around what the stage takes, and so much that its memory wraps.
            return write ? (2 << 20 + random.nextInt(2)) - 3 + random.nextInt(6) : 1 << 20;
        }

        private int offset(int length) {
            if (random.nextInt(100) < 65 && next + length <= SIZE) {
                return (int) next;
            }
            return random.nextInt(SIZE - length + 1) & (random.nextBoolean() ? -4096 : -1);
        }

        byte[] request(StyledClient client, int number) {
            int kind = random.nextInt(100);
            boolean write = kind < 70;
            int length = length(write);
            int offset = offset(length);
            offsets[number] = offset;
            if (write) {
                int from = random.nextInt(noise.length - length + 1);
                byte[] payload = Arrays.copyOfRange(noise, from, from + length);
                System.arraycopy(payload, 0, model, offset, length);
                next = offset + length;
                return client.writeBytes(random.nextInt(20) == 0 ? FUA : 0, number, offset, payload);
            }
            if (kind < 85) {
                expected[number] = Arrays.copyOfRange(model, offset, offset + length);
                return client.header(0, READ, number, offset, length);
            }
            if (kind < 90) {
                return client.header(0, FLUSH, number, 0, 0);
            }
            Arrays.fill(model, offset, offset + length, (byte) 0);
            int flags = random.nextBoolean() ? FUA : 0;
            return kind < 95
                    ? client.header(flags, TRIM, number, offset, length)
                    : client.header(flags | NO_HOLE, WRITE_ZEROES, number, offset, length);
        }

        void check(Reply reply) {
            int number = (int) reply.cookie();
            assertThat(reply.error()).as("request %d", number).isZero();
            if (expected[number] != null) {
                byte[] read = reply.content(offsets[number], expected[number].length);
                assertThat(Arrays.mismatch(read, expected[number])).as("request %d, first wrong byte", number)
                        .isEqualTo(-1);
            }
        }
    }

    /** Some calls take longer than others, so that the stage has much to do at times. */
    private static void dawdle(String call) {
        for (int i = call.hashCode() % 8 == 0 ? 300 : 0; i > 0; i--) {
            Thread.yield();
        }
    }

    @Property(tries = 25, shrinking = ShrinkingMode.OFF)
    void pipelinedRequestsHaveTheEffectOfTheirOrder(@ForAll long seed, @ForAll Style style, @ForAll Wire wire) throws Exception {
        Run run = new Run(seed);
        int optimal = OPTIMAL[run.random.nextInt(OPTIMAL.length)];
        ScriptedDevice device = new ScriptedDevice(new MemoryDevice(SIZE));
        device.script(WriteOrderProps::dawdle);
        server.addExport(new Export("vol", "", new ShapedDevice(device).optimal(optimal)));
        try (StyledClient client = StyledClient.open(wire, dir.resolve("s"), "vol", style)) {
            CompletableFuture<Void> sender = new CompletableFuture<>();
            // The model is changed by the sender only; what a reply needs of it was kept before its request was sent.
            Thread.ofPlatform().daemon().start(() -> send(client, run, sender));
            BitSet answered = new BitSet();
            while (answered.cardinality() < REQUESTS) {
                Reply reply = client.reply(cookie -> run.expected[(int) cookie] == null
                        ? 0 : run.expected[(int) cookie].length);
                assertThat(answered.get((int) reply.cookie())).as("answered once").isFalse();
                answered.set((int) reply.cookie());
                run.check(reply);
            }
            sender.get();
            assertThat(Arrays.mismatch(client.read(0, SIZE), run.model)).as("first wrong byte at the end")
                    .isEqualTo(-1);
        } finally {
            assertThat(server.removeExport("vol")).isTrue();
            device.close();
        }
    }

    /** Writes of any size, some of them on ranges that the device refuses: each is told what has become of its own bytes. */
    @Property(tries = 25, shrinking = ShrinkingMode.OFF)
    void failuresAreToldToTheWritesConcerned(@ForAll long seed, @ForAll Style style, @ForAll Wire wire) throws Exception {
        Random random = new Random(seed);
        int badFrom = random.nextInt(SMALL_SIZE);
        int badTo = badFrom + 1 + random.nextInt(200_000);
        ScriptedDevice device = new ScriptedDevice(new MemoryDevice(SMALL_SIZE));
        device.script(call -> {
            dawdle(call);
            String[] fields = call.split("[ +]");
            if (fields[0].equals("write")
                    && Long.parseLong(fields[1]) < badTo
                    && Long.parseLong(fields[1]) + Long.parseLong(fields[2]) > badFrom) {
                throw new DeviceException("disk", "write", badFrom, badTo - badFrom, "bad");
            }
        });
        byte[] model = new byte[SMALL_SIZE];
        BitSet unknown = new BitSet(SMALL_SIZE);
        BitSet failing = new BitSet(REQUESTS);
        server.addExport(new Export(
                "vol", "", new ShapedDevice(device).optimal(OPTIMAL[random.nextInt(OPTIMAL.length)])));
        try (StyledClient client = StyledClient.open(wire, dir.resolve("s"), "vol", style)) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int i = 0, next = 0; i < REQUESTS; i++) {
                // The largest are taken in parts, and answered once.
                int length = random.nextInt(40) == 0
                        ? (2 << 20) - 2 + random.nextInt(1 << 20)
                        : 1 + random.nextInt(random.nextInt(4) == 0 ? 300_000 : 40_000);
                int offset = random.nextInt(10) < 8 && next + length <= SMALL_SIZE ? next
                        : random.nextInt(SMALL_SIZE - length);
                next = offset + length;
                byte[] payload = new byte[length];
                random.nextBytes(payload);
                all.writeBytes(client.writeBytes(random.nextInt(30) == 0 ? FUA : 0, i, offset, payload));
                boolean bad = offset < badTo && next > badFrom;
                failing.set(i, bad);
                // Of a failed write that was executed in two parts, one may have been written.
                unknown.set(offset, next, bad);
                System.arraycopy(payload, 0, model, offset, length);
            }
            Thread.ofPlatform().daemon().start(() -> sendQuietly(client, all.toByteArray()));
            for (int i = 0; i < REQUESTS; i++) {
                Reply reply = client.reply(0);
                assertThat(reply.error()).as("write %d", reply.cookie())
                        .isEqualTo(failing.get((int) reply.cookie()) ? EIO : 0);
            }
            device.script(_ -> {});
            byte[] content = client.read(0, SMALL_SIZE);
            for (int at = unknown.nextClearBit(0); at < SMALL_SIZE; at = unknown.nextClearBit(at + 1)) {
                if (content[at] != model[at]) {
                    throw new AssertionError("wrong byte at " + at);
                }
            }
        } finally {
            assertThat(server.removeExport("vol")).isTrue();
            device.close();
        }
    }

    private static void sendQuietly(StyledClient client, byte[] bytes) {
        try {
            client.wire().send(bytes);
        } catch (IOException _) {
            // The replies that do not come tell it.
        }
    }

    private static void send(StyledClient client, Run run, CompletableFuture<Void> done) {
        try {
            for (int i = 0; i < REQUESTS; ) {
                // Several at once, so that they are met in one batch.
                int together = 1 + run.random.nextInt(12);
                byte[][] parts = new byte[Math.min(together, REQUESTS - i)][];
                for (int k = 0; k < parts.length; k++) {
                    parts[k] = run.request(client, i++);
                }
                client.wire().send(join(parts));
            }
            done.complete(null);
        } catch (IOException | RuntimeException | Error e) {
            done.completeExceptionally(e);
        }
    }

    private static byte[] join(byte[][] parts) {
        int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
        byte[] all = new byte[length];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }
}
