package dev.ashlar.nbd.server;

import static dev.ashlar.nbd.testkit.WireClient.DF;
import static dev.ashlar.nbd.testkit.WireClient.DISC;
import static dev.ashlar.nbd.testkit.WireClient.EINVAL;
import static dev.ashlar.nbd.testkit.WireClient.EIO;
import static dev.ashlar.nbd.testkit.WireClient.ENOMEM;
import static dev.ashlar.nbd.testkit.WireClient.ENOSPC;
import static dev.ashlar.nbd.testkit.WireClient.EPERM;
import static dev.ashlar.nbd.testkit.WireClient.FLUSH;
import static dev.ashlar.nbd.testkit.WireClient.FUA;
import static dev.ashlar.nbd.testkit.WireClient.NO_HOLE;
import static dev.ashlar.nbd.testkit.WireClient.READ;
import static dev.ashlar.nbd.testkit.WireClient.TRIM;
import static dev.ashlar.nbd.testkit.WireClient.WRITE;
import static dev.ashlar.nbd.testkit.WireClient.WRITE_ZEROES;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.ashlar.block.DeviceException;
import dev.ashlar.block.MemoryDevice;
import dev.ashlar.block.NoSpaceException;
import dev.ashlar.block.ReadOnlyDeviceException;
import dev.ashlar.nbd.ConnectionStatus;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.ServerLimits;
import dev.ashlar.nbd.testkit.LogCapture;
import dev.ashlar.nbd.testkit.ScriptedDevice;
import dev.ashlar.nbd.testkit.WireClient;
import dev.ashlar.nbd.testkit.WireClient.Chunk;
import dev.ashlar.nbd.testkit.WireClient.SimpleReply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What requests do on the wire, byte by byte; {@link CommandTest} has the table in every reply style. */
class TransmissionTest extends WireTestBase {
    private static final int MIB = 1 << 20;
    private static final long SIZE = 130L * MIB;
    private static final int MAX = ServerLimits.MAX_REQUEST_BYTES;
    private static final long ODD_COOKIE = 0xfedcba9876543210L;

    private final ScriptedDevice device = new ScriptedDevice(new MemoryDevice(SIZE));

    @BeforeEach
    void serve() {
        server.addExport(new Export("vol", "", device));
        server.addExport(new Export("ro", "", device, true));
    }

    private WireClient simple() throws IOException {
        return wire.open(socket, "vol");
    }

    private WireClient structured() throws IOException {
        return wire.openStructured(socket, "vol");
    }

    static byte[] pattern(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 511, 4096, 32 << 10, (32 << 10) + 1, 64 << 10, (64 << 10) + 1, 100_000, (256 << 10) + 3,
        5 * MIB, MAX})
    void whatWasWrittenIsReadBackSimple(int length) throws IOException {
        byte[] data = pattern(length, length);
        try (WireClient client = simple()) {
            assertThat(client.errorOfWrite(0, 12_345, data)).isZero();
            assertThat(Arrays.equals(client.read(12_345, length), data)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4096, 32 << 10, (32 << 10) + 1, 100_000, 5 * MIB, MAX})
    void whatWasWrittenIsReadBackStructured(int length) throws IOException {
        byte[] data = pattern(length, length);
        try (WireClient client = structured()) {
            client.write(0, ODD_COOKIE, 12_345, data);
            assertThat(client.simpleReply()).isEqualTo(new SimpleReply(0, ODD_COOKIE));
            client.request(DF, READ, ODD_COOKIE, 12_345, length);
            Chunk chunk = client.chunk();
            assertThat(chunk.flags()).as("DONE").isEqualTo(1);
            assertThat(chunk.type()).as("OFFSET_DATA").isEqualTo(1);
            assertThat(chunk.cookie()).isEqualTo(ODD_COOKIE);
            assertThat(chunk.payload().getLong()).isEqualTo(12_345);
            assertThat(chunk.payload().slice().equals(ByteBuffer.wrap(data))).isTrue();
        }
    }

    @Test
    void manyPipelinedRequestsAreAllAnsweredRight() throws Exception {
        int count = 2000;
        Random random = new Random(7);
        byte[] expected = new byte[MIB];
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        int[] readOffsets = new int[count];
        int[] readLengths = new int[count];
        byte[][] expectedReads = new byte[count][];
        for (int i = 0; i < count; i++) {
            int length = 1 + random.nextInt(random.nextInt(10) == 0 ? 300_000 : 6000);
            int offset = random.nextInt(MIB - length);
            byte[] data = pattern(i, length);
            all.write(WireClient.header(0, WRITE, 2L * i, offset, length));
            all.write(data);
            System.arraycopy(data, 0, expected, offset, length);
            readLengths[i] = 1 + random.nextInt(random.nextInt(10) == 0 ? 100_000 : 6000);
            readOffsets[i] = random.nextInt(MIB - readLengths[i]);
            all.write(WireClient.header(0, READ, 2L * i + 1, readOffsets[i], readLengths[i]));
            expectedReads[i] = Arrays.copyOfRange(expected, readOffsets[i], readOffsets[i] + readLengths[i]);
        }
        try (WireClient client = simple()) {
            Thread sender = Thread.ofPlatform().start(() -> {
                try {
                    client.send(all.toByteArray());
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            BitSet answered = new BitSet();
            while (answered.cardinality() < 2 * count) {
                SimpleReply reply = client.simpleReply();
                assertThat(reply.error()).isZero();
                int i = (int) reply.cookie() / 2;
                assertThat(answered.get((int) reply.cookie())).isFalse();
                answered.set((int) reply.cookie());
                if (reply.cookie() % 2 == 1) {
                    byte[] read = client.receiveBytes(readLengths[i]);
                    assertThat(Arrays.equals(read, expectedReads[i])).as("read %d", i).isTrue();
                }
            }
            sender.join();
        }
    }

    @Test
    void requestThatArrivesByteByByteIsServed() throws IOException {
        try (WireClient client = simple()) {
            byte[] header = WireClient.header(0, WRITE, 5, 0, 3);
            for (byte b : header) {
                client.send(b);
            }
            client.send((byte) 'a');
            client.send((byte) 'b');
            client.send((byte) 'c');
            assertThat(client.simpleReply()).isEqualTo(new SimpleReply(0, 5));
            assertThat(client.read(0, 4)).isEqualTo(new byte[] {'a', 'b', 'c', 0});
        }
    }

    @Test
    void flushReachesTheDevice() throws IOException {
        try (WireClient client = simple()) {
            assertThat(client.errorOf(0, FLUSH, 0, 0)).isZero();
            assertThat(device.calls()).containsExactly("flush");
        }
    }

    @Test
    void flushWithARangeIsInvalid() throws IOException {
        try (WireClient client = simple()) {
            assertThat(client.errorOf(0, FLUSH, 512, 0)).isEqualTo(EINVAL);
            assertThat(client.errorOf(0, FLUSH, 0, 512)).isEqualTo(EINVAL);
        }
    }

    @Test
    void trimAndWriteZeroesReachTheDeviceWithTheirFlags() throws IOException {
        try (WireClient client = simple()) {
            assertThat(client.errorOf(0, TRIM, 4096, SIZE - 4096)).isZero();
            assertThat(client.errorOf(FUA, TRIM, 0, 512)).isZero();
            assertThat(client.errorOf(0, WRITE_ZEROES, 0, MIB)).isZero();
            assertThat(client.errorOf(FUA | NO_HOLE, WRITE_ZEROES, 1, 2)).isZero();
            assertThat(device.calls()).containsExactly(
                    "trim 4096+" + (SIZE - 4096), "trim 0+512 fua", "writeZeroes 0+" + MIB + " unmap",
                    "writeZeroes 1+2 fua");
        }
    }

    @Test
    void writeZeroesReadsBackAsZeroes() throws IOException {
        try (WireClient client = simple()) {
            client.errorOfWrite(0, 0, pattern(1, 4096));
            assertThat(client.errorOf(0, WRITE_ZEROES, 100, 1000)).isZero();
            byte[] expected = pattern(1, 4096);
            Arrays.fill(expected, 100, 1100, (byte) 0);
            assertThat(client.read(0, 4096)).isEqualTo(expected);
        }
    }

    @Test
    void fuaIsTakenOnEveryCommand() throws IOException {
        try (WireClient client = simple()) {
            assertThat(client.errorOfWrite(FUA, 0, new byte[512])).isZero();
            assertThat(client.errorOf(FUA, READ, 0, 512)).isZero();
            client.receive(512);
            assertThat(client.errorOf(FUA, FLUSH, 0, 0)).isZero();
            assertThat(device.calls()).containsExactly("write 0+512 fua", "read 0+512", "flush");
        }
    }

    @Test
    void zeroLengthRequestsSucceedWithoutTheDevice() throws IOException {
        try (WireClient client = simple()) {
            for (int command : new int[] {READ, WRITE, TRIM, WRITE_ZEROES}) {
                assertThat(client.errorOf(0, command, 0, 0)).isZero();
                assertThat(client.errorOf(0, command, SIZE, 0)).isZero();
            }
            assertThat(device.calls()).isEmpty();
        }
    }

    @Test
    void zeroLengthStructuredReadIsAnsweredByNone() throws IOException {
        try (WireClient client = structured()) {
            client.request(0, READ, 9, 0, 0);
            assertThat(client.chunk()).isEqualTo(new Chunk(1, 0, 9, ByteBuffer.allocate(0)));
        }
    }

    @Test
    void discAnswersWhatWasPipelinedBeforeIt() throws IOException {
        try (WireClient client = simple()) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int i = 0; i < 8; i++) {
                all.write(WireClient.header(0, READ, i, 4096L * i, 40_000));
            }
            all.write(WireClient.header(0, DISC, 8, 0, 0));
            client.send(all.toByteArray());
            for (int i = 0; i < 8; i++) {
                assertThat(client.simpleReply()).isEqualTo(new SimpleReply(0, i));
                client.receive(40_000);
            }
            client.expectClosed();
        }
    }

    @Test
    void halfClosedClientGetsItsAnswersAndIsForgotten() throws IOException {
        try (WireClient client = simple()) {
            client.request(0, READ, 1, 0, 512);
            client.endOutput();
            assertThat(client.simpleReply().error()).isZero();
            client.receive(512);
            client.expectClosed();
        }
    }

    @Test
    void rangesPastTheEndAreRefusedByKind() throws IOException {
        try (WireClient client = simple()) {
            assertThat(client.errorOf(0, READ, SIZE - 1, 2)).isEqualTo(EINVAL);
            assertThat(client.errorOfWrite(0, SIZE - 1, new byte[2])).isEqualTo(ENOSPC);
            assertThat(client.errorOf(0, TRIM, SIZE - 1, 2)).isEqualTo(EINVAL);
            assertThat(client.errorOf(0, WRITE_ZEROES, SIZE - 1, 2)).isEqualTo(ENOSPC);
            assertThat(client.read(SIZE - 1, 1)).isEqualTo(new byte[1]);
            assertThat(device.calls()).hasSize(1);
        }
    }

    @Test
    void offsetsThatOverflowAreRefused() throws IOException {
        try (WireClient client = simple()) {
            for (long offset : new long[] {Long.MAX_VALUE, Long.MIN_VALUE, -1, -512, SIZE + 1}) {
                assertThat(client.errorOf(0, READ, offset, 512)).isEqualTo(EINVAL);
                assertThat(client.errorOf(0, TRIM, offset, 0xffffffffL)).isEqualTo(EINVAL);
                assertThat(client.errorOf(0, WRITE_ZEROES, offset, 0xffffffffL)).isEqualTo(ENOSPC);
                assertThat(client.errorOfWrite(0, offset, new byte[600])).isEqualTo(ENOSPC);
            }
            assertThat(device.calls()).isEmpty();
        }
    }

    @Test
    void readOnlyExportRefusesEveryChange() throws IOException {
        try (WireClient client = wire.open(socket, "ro")) {
            assertThat(client.errorOfWrite(0, 0, new byte[100_000])).isEqualTo(EPERM);
            assertThat(client.errorOf(0, TRIM, 0, 512)).isEqualTo(EPERM);
            assertThat(client.errorOf(0, WRITE_ZEROES, 0, 512)).isEqualTo(EPERM);
            assertThat(client.errorOf(0, FLUSH, 0, 0)).isZero();
            assertThat(client.read(0, 3)).isEqualTo(new byte[3]);
        }
    }

    @Test
    void unknownCommandIsInvalidAndTheConnectionLives() throws IOException {
        try (WireClient client = simple()) {
            for (int command : new int[] {8, 9, 100, 0xffff}) {
                assertThat(client.errorOf(0, command, 0, 512)).isEqualTo(EINVAL);
            }
            assertThat(client.read(0, 1)).isEqualTo(new byte[1]);
        }
    }

    @Test
    void unknownFlagIsInvalidAndThePayloadEaten() throws IOException {
        try (WireClient client = simple()) {
            assertThat(client.errorOfWrite(NO_HOLE, 0, new byte[5000])).isEqualTo(EINVAL);
            assertThat(client.errorOfWrite(1 << 15, 0, new byte[500_000])).isEqualTo(EINVAL);
            assertThat(client.errorOf(DF, READ, 0, 512)).as("DF without structured replies").isEqualTo(EINVAL);
            assertThat(client.read(0, 1)).isEqualTo(new byte[1]);
        }
    }

    @Test
    void tooLargeRequestsAreInvalidAndThePayloadEaten() throws IOException {
        try (WireClient client = simple()) {
            assertThat(client.errorOf(0, READ, 0, MAX + 1L)).isEqualTo(EINVAL);
            assertThat(client.errorOfWrite(0, 0, new byte[MAX + 1])).isEqualTo(EINVAL);
            assertThat(client.read(0, 1)).isEqualTo(new byte[1]);
        }
    }

    @Test
    void readRefusalsAreStructuredWhenAgreed() throws IOException {
        try (WireClient client = structured()) {
            client.request(1 << 9, READ, 3, 0, 512);
            assertError(client.chunk(), EINVAL, 3, "flag");
            client.request(0, READ, 4, SIZE, 512);
            assertError(client.chunk(), EINVAL, 4, "end of the export");
            client.write(0, 5, SIZE, new byte[512]);
            assertError(client.chunk(), ENOSPC, 5, "end of the export");
        }
    }

    private static void assertError(Chunk chunk, int error, long cookie, String message) {
        assertThat(chunk.type()).as("ERROR").isEqualTo(0x8001);
        assertThat(chunk.flags()).as("DONE").isEqualTo(1);
        assertThat(chunk.cookie()).isEqualTo(cookie);
        ByteBuffer payload = chunk.payload();
        assertThat(payload.getInt()).isEqualTo(error);
        assertThat(payload.getShort()).isEqualTo((short) payload.remaining());
        assertThat(StandardCharsets.UTF_8.decode(payload).toString()).contains(message);
    }

    @Test
    void wrongRequestMagicCloses() throws IOException {
        try (WireClient client = simple()) {
            client.request(0, READ, 1, 0, 512);
            client.send(new byte[28]);
            assertThat(client.simpleReply().error()).isZero();
            client.receive(512);
            client.expectClosed();
        }
    }

    @Test
    void everyFailureOfTheDeviceHasItsErrorAndEndsNothing() throws IOException {
        try (LogCapture log = new LogCapture(); WireClient client = simple(); WireClient other = simple()) {
            device.script(call -> {
                throw new DeviceException("disk7", call, 0, 512, "Input/output error");
            });
            assertThat(client.errorOf(0, READ, 0, 512)).isEqualTo(EIO);
            assertThat(client.errorOf(0, READ, 0, 100_000)).isEqualTo(EIO);
            assertThat(client.errorOfWrite(0, 0, new byte[100_000])).isEqualTo(EIO);
            assertThat(client.errorOf(0, FLUSH, 0, 0)).isEqualTo(EIO);
            device.script(call -> {
                throw new NoSpaceException("disk7", call, 0, 512);
            });
            assertThat(client.errorOfWrite(0, 0, new byte[512])).isEqualTo(ENOSPC);
            device.script(call -> {
                throw new ReadOnlyDeviceException("disk7", call, 0, 512);
            });
            assertThat(client.errorOf(0, TRIM, 0, 512)).isEqualTo(EPERM);
            device.script(_ -> {
                throw new IllegalStateException("a defect");
            });
            assertThat(client.errorOf(0, WRITE_ZEROES, 0, 512)).isEqualTo(EIO);
            device.script(_ -> {
                throw new InternalError("a fault in mapped memory");
            });
            assertThat(client.errorOf(0, READ, 0, 512)).isEqualTo(EIO);
            device.script(_ -> {
                throw new OutOfMemoryError("planted");
            });
            assertThat(client.errorOf(0, READ, 0, 512)).isEqualTo(ENOMEM);
            device.script(_ -> {});
            assertThat(client.read(0, 1)).isEqualTo(new byte[1]);
            assertThat(other.read(0, 1)).isEqualTo(new byte[1]);
            assertThat(log.atLeast(Level.WARN)).as("one line at most per second").isNotEmpty()
                    .first().asString().contains("disk7");
        }
    }

    @Test
    void failedStructuredReadCarriesAMessageButNoNamesOfFiles() throws IOException {
        try (WireClient client = structured()) {
            device.script(call -> {
                throw new DeviceException("/secret/disk7", call, 0, 512, "Input/output error");
            });
            client.request(0, READ, 1, 4096, 512);
            Chunk chunk = client.chunk();
            assertThat(StandardCharsets.UTF_8.decode(chunk.payload().duplicate()).toString()).doesNotContain("secret");
            assertError(chunk, EIO, 1, "READ of 512 bytes at 4096");
        }
    }

    @Test
    void flushCoversWritesThatOtherConnectionsHadAnswered() throws IOException {
        try (WireClient writer = simple(); WireClient flusher = simple()) {
            assertThat(writer.errorOfWrite(0, 0, pattern(1, 4096))).isZero();
            assertThat(flusher.read(0, 4096)).as("seen before any flush").isEqualTo(pattern(1, 4096));
            assertThat(flusher.errorOf(0, FLUSH, 0, 0)).isZero();
            assertThat(device.calls()).containsSubsequence("write 0+4096", "flush");
        }
    }

    @Test
    void slowRequestOfOneConnectionDoesNotHoldUpAnother() throws IOException {
        CountDownLatch held = new CountDownLatch(1);
        device.script(call -> {
            if (call.startsWith("read 0+")) {
                held.await();
            }
        });
        try (WireClient slow = simple(); WireClient quick = simple()) {
            slow.request(0, READ, 1, 0, 512);
            assertThat(quick.read(4096, 512)).isEqualTo(new byte[512]);
            held.countDown();
            assertThat(slow.simpleReply().error()).isZero();
        }
    }

    @Test
    void readOfOnePieceWithoutMemoryIsRefusedAndNothingElseIs() throws IOException {
        ServerLimits limits = ServerLimits.DEFAULTS.withPayloadMemory(2L * MAX, Duration.ofNanos(1));
        CountDownLatch held = new CountDownLatch(1);
        device.script(call -> {
            if (call.equals("read 0+" + MAX)) {
                held.await();
            }
        });
        serve("tight", limits, new Export("vol", "", device));
        Path tight = dir.resolve("tight");
        try (WireClient holder = wire.open(tight, "vol"); WireClient client = wire.open(tight, "vol")) {
            holder.request(0, READ, 1, 0, MAX);
            while (!device.calls().contains("read 0+" + MAX)) {
                Thread.onSpinWait();
            }
            assertThat(client.errorOf(0, READ, 0, 5 * MIB)).isEqualTo(ENOMEM);
            assertThat(client.errorOfWrite(0, 0, new byte[5 * MIB])).isZero();
            assertThat(client.read(0, MIB)).hasSize(MIB);
            held.countDown();
            assertThat(holder.simpleReply().error()).isZero();
        }
    }

    @Test
    void connectionsAreListedWithWhatTheyDid() throws IOException {
        try (WireClient client = simple()) {
            client.errorOfWrite(0, 0, new byte[1000]);
            client.read(0, 300);
            client.errorOf(0, READ, SIZE, 1);
            ConnectionStatus status = server.connections().getFirst();
            assertThat(status.export()).isEqualTo("vol");
            assertThat(status.peer()).isEqualTo("unix:" + socket);
            assertThat(status.requests()).isEqualTo(3);
            assertThat(status.errors()).isEqualTo(1);
            assertThat(status.readBytes()).isEqualTo(300);
            assertThat(status.writtenBytes()).isEqualTo(1000);
        }
    }
}
