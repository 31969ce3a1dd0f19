package dev.ashlar.nbd.server;

import static dev.ashlar.nbd.testkit.StyledClient.BLOCK_STATUS;
import static dev.ashlar.nbd.testkit.StyledClient.FAST_ZERO;
import static dev.ashlar.nbd.testkit.StyledClient.OPT_LIST_META_CONTEXT;
import static dev.ashlar.nbd.testkit.StyledClient.OPT_SET_META_CONTEXT;
import static dev.ashlar.nbd.testkit.StyledClient.contextData;
import static dev.ashlar.nbd.testkit.WireClient.ENOSPC;
import static dev.ashlar.nbd.testkit.WireClient.ERR_POLICY;
import static dev.ashlar.nbd.testkit.WireClient.FLUSH;
import static dev.ashlar.nbd.testkit.WireClient.FUA;
import static dev.ashlar.nbd.testkit.WireClient.OPT_EXPORT_NAME;
import static dev.ashlar.nbd.testkit.WireClient.OPT_GO;
import static dev.ashlar.nbd.testkit.WireClient.OPT_INFO;
import static dev.ashlar.nbd.testkit.WireClient.REP_ACK;
import static dev.ashlar.nbd.testkit.WireClient.TRIM;
import static dev.ashlar.nbd.testkit.WireClient.WRITE_ZEROES;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.ashlar.block.BlockDevice;
import dev.ashlar.block.ExtentVisitor;
import dev.ashlar.block.FilterDevice;
import dev.ashlar.block.MemoryDevice;
import dev.ashlar.block.OverlayDevice;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.MetaContext;
import dev.ashlar.nbd.PrivateView;
import dev.ashlar.nbd.TakeoverRule;
import dev.ashlar.nbd.testkit.Chunk;
import dev.ashlar.nbd.testkit.LogCapture;
import dev.ashlar.nbd.testkit.ScriptedDevice;
import dev.ashlar.nbd.testkit.StyledClient;
import dev.ashlar.nbd.testkit.StyledClient.Style;
import dev.ashlar.nbd.testkit.WireClient;
import dev.ashlar.nbd.testkit.WireClient.OptionReply;
import dev.ashlar.testing.Fault;
import dev.ashlar.testing.FaultDevice;
import dev.ashlar.testing.Operation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Exports of which every connection changes a copy of its own. */
class PrivateViewTest extends WireTestBase {
    private static final int SIZE = 4 << 20;
    private static final int BLOCK = OverlayDevice.BLOCK_BYTES;
    private static final String BASE = "base:allocation";
    private static final int READ_ONLY = 2;
    private static final int MULTI_CONN = 256;
    private static final int CHANGES = 4 | 8 | 32 | 64 | 2048;

    private final ScriptedDevice device = new ScriptedDevice(new MemoryDevice(SIZE));
    private Path changes;

    /** A device that may not be written. */
    private static final class ReadOnly extends FilterDevice {
        ReadOnly(BlockDevice below) {
            super(below);
        }

        @Override
        public boolean readOnly() {
            return true;
        }
    }

    @BeforeEach
    void makeDirectory() throws IOException {
        changes = Files.createDirectory(dir.toRealPath().resolve("changes"));
    }

    private Export export(BlockDevice below, PrivateView view) {
        return new Export("vol", "", below).withPrivateView(view);
    }

    private void serve() {
        server.addExport(export(device, below -> OverlayDevice.open(below, changes)));
    }

    private static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private void fill(int value) throws IOException {
        device.write(0, MemorySegment.ofArray(filled(SIZE, value)), 0, SIZE, false);
    }

    private byte[] content() throws IOException {
        byte[] bytes = new byte[SIZE];
        device.read(0, MemorySegment.ofArray(bytes), 0, SIZE);
        return bytes;
    }

    /** Temporary files of this test that are open. */
    private long openFiles() {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.map(PrivateViewTest::target)
                    .filter(target -> target.startsWith(changes.toString()))
                    .distinct()
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException _) {
            return "closed meanwhile";
        }
    }

    @ParameterizedTest
    @EnumSource
    void eachClientSeesItsOwnChangesAndTheDeviceHasNone(Style style) throws IOException {
        fill(7);
        serve();
        try (StyledClient one = open(style); StyledClient two = open(style)) {
            assertThat(one.callWrite(0, 100, filled(10, 1)).error()).isZero();
            assertThat(one.callWrite(FUA, 1 << 20, filled(1 << 20, 2)).error()).isZero();
            assertThat(one.call(0, WRITE_ZEROES, 3 << 20, 5000).error()).isZero();
            assertThat(one.call(0, TRIM, 1 << 20, BLOCK).error()).isZero();
            assertThat(two.callWrite(0, 105, filled(10, 3)).error()).isZero();

            byte[] ofOne = filled(SIZE, 7);
            Arrays.fill(ofOne, 100, 110, (byte) 1);
            Arrays.fill(ofOne, (1 << 20) + BLOCK, 2 << 20, (byte) 2);
            Arrays.fill(ofOne, 1 << 20, (1 << 20) + BLOCK, (byte) 0);
            Arrays.fill(ofOne, 3 << 20, (3 << 20) + 5000, (byte) 0);
            byte[] ofTwo = filled(SIZE, 7);
            Arrays.fill(ofTwo, 105, 115, (byte) 3);
            assertThat(one.read(0, SIZE)).isEqualTo(ofOne);
            assertThat(two.read(0, SIZE)).isEqualTo(ofTwo);
        }
        try (StyledClient again = open(style)) {
            assertThat(again.read(0, SIZE)).as("nothing outlives its connection").containsOnly(7);
        }
        assertThat(content()).containsOnly(7);
    }

    @ParameterizedTest
    @EnumSource
    void flushAndFuaEndInTheView(Style style) throws IOException {
        serve();
        try (StyledClient client = open(style)) {
            assertThat(client.callWrite(FUA, 0, filled(BLOCK, 1)).error()).isZero();
            assertThat(client.call(FUA, WRITE_ZEROES, BLOCK, BLOCK).error()).isZero();
            assertThat(client.call(FUA, TRIM, 0, SIZE).error()).isZero();
            assertThat(client.call(0, FLUSH, 0, 0).error()).isZero();
        }
        assertThat(device.calls()).noneMatch(call -> call.matches("(write|writeZeroes|trim|flush).*"));
    }

    @ParameterizedTest
    @EnumSource
    void readOnlyDeviceCanBeChangedInAView(Style style) throws IOException {
        fill(7);
        server.addExport(export(new ReadOnly(device), below -> OverlayDevice.open(below, changes)));
        try (StyledClient client = open(style)) {
            assertThat(client.callWrite(0, 5, filled(5, 1)).error()).isZero();
            assertThat(client.call(FAST_ZERO, WRITE_ZEROES, BLOCK, BLOCK).error()).isIn(0, StyledClient.ENOTSUP);
            assertThat(client.read(4, 7)).containsExactly(7, 1, 1, 1, 1, 1, 7);
        }
        assertThat(content()).containsOnly(7);
    }

    @Test
    void changesAreOfferedAndSeveralConnectionsAreNot() throws IOException {
        server.addExport(export(new ReadOnly(device), below -> OverlayDevice.open(below, changes)));
        for (int option : new int[] {OPT_INFO, OPT_GO}) {
            try (WireClient client = greeted()) {
                List<OptionReply> replies = client.optionReplies(option, WireClient.infoData("vol"));
                assertThat(replies.getLast().type()).isEqualTo(REP_ACK);
                int flags = replies.getFirst().data().getShort(10);
                assertThat(flags & (READ_ONLY | MULTI_CONN | CHANGES)).isEqualTo(CHANGES);
                assertThat(openFiles()).isEqualTo(option == OPT_GO ? 1 : 0);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"STRUCTURED", "EXTENDED"})
    void allocationAndHolesAreThoseOfTheView(Style style) throws IOException {
        serve();
        try (StyledClient one = open(style, BASE); StyledClient two = open(style, BASE)) {
            assertThat(one.callWrite(0, 16 * BLOCK, filled(2 * BLOCK, 1)).error()).isZero();
            assertThat(one.call(0, WRITE_ZEROES, 32 * BLOCK, BLOCK).error()).isZero();
            assertThat(status(one)).containsExactly(
                    new Chunk.Extent(16 * BLOCK, 3), new Chunk.Extent(2 * BLOCK, 0),
                    new Chunk.Extent(SIZE - 18 * BLOCK, 3));
            assertThat(one.call(0, WireClient.READ, 0, SIZE).of(Chunk.OFFSET_HOLE)).hasSize(2);
            assertThat(status(two)).containsExactly(new Chunk.Extent(SIZE, 3));
            assertThat(two.call(0, WireClient.READ, 0, SIZE).of(Chunk.OFFSET_HOLE)).hasSize(1);
        }
    }

    private static List<Chunk.Extent> status(StyledClient client) throws IOException {
        return client.call(0, BLOCK_STATUS, 0, SIZE).chunks().getFirst().extents();
    }

    @Test
    void contextsOfTheDeviceAreNotOffered() throws IOException {
        MetaContext told = new MetaContext() {
            @Override
            public String name() {
                return "x-t:device";
            }

            @Override
            public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor) {
                visitor.extent(lengthBytes, 1);
            }
        };
        server.addExport(export(device, below -> OverlayDevice.open(below, changes)).withContexts(List.of(told)));
        try (WireClient client = greeted().structured()) {
            List<OptionReply> all = client.optionReplies(OPT_LIST_META_CONTEXT, contextData("vol"));
            assertThat(all).hasSize(2).first().satisfies(reply -> assertThat(reply.text()).endsWith(BASE));
            assertThat(client.optionReplies(OPT_SET_META_CONTEXT, contextData("vol", "x-t:device"))).hasSize(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void fullDiskIsToldToTheClientThatFillsItAndLosesNothing(Style style) throws IOException {
        fill(7);
        FaultDevice file = new FaultDevice("changes", new MemoryDevice(SIZE));
        Supplier<BlockDevice> files = List.<BlockDevice>of(file, new MemoryDevice(SIZE)).iterator()::next;
        server.addExport(export(device, below -> OverlayDevice.over(below, files.get())));
        try (StyledClient one = open(style); StyledClient two = open(style)) {
            assertThat(one.callWrite(0, 0, filled(BLOCK, 1)).error()).isZero();
            file.inject(Fault.on(Operation.WRITE).withNoSpace());
            assertThat(one.callWrite(0, 2 * BLOCK, filled(BLOCK, 2)).error()).isEqualTo(ENOSPC);
            assertThat(one.callWrite(0, 1 << 20, filled(1 << 20, 2)).error()).isEqualTo(ENOSPC);
            assertThat(one.callWrite(0, 5 * BLOCK + 1, filled(1, 2)).error()).isEqualTo(ENOSPC);
            assertThat(one.read(0, BLOCK)).containsOnly(1);
            assertThat(one.read(BLOCK, SIZE - BLOCK)).containsOnly(7);
            assertThat(two.callWrite(0, 2 * BLOCK, filled(BLOCK, 3)).error()).isZero();
            file.heal();
            assertThat(one.callWrite(0, 2 * BLOCK, filled(BLOCK, 4)).error()).isZero();
            assertThat(one.read(2 * BLOCK, BLOCK)).containsOnly(4);
        }
    }

    @Test
    void filesEndWithTheirConnectionsHoweverTheseEnd() throws Exception {
        server.addExport(export(device, below -> OverlayDevice.open(below, changes))
                .withTakeover(TakeoverRule.NEWEST));
        for (int end = 0; end < 5; end++) {
            WireClient client = wire.open(socket, "vol");
            assertThat(client.errorOfWrite(0, 0, filled(100_000, 1))).isZero();
            assertThat(openFiles()).isEqualTo(1);
            try (Stream<Path> names = Files.list(changes)) {
                assertThat(names).isEmpty();
            }
            switch (end) {
                case 0 -> client.request(0, WireClient.DISC, 0, 0, 0);
                case 1 -> client.close();
                case 2 -> client.send(ByteBuffer.allocate(28));
                case 3 -> wire.open(socket, "vol").close();
                default -> assertThat(server.removeExport("vol")).isTrue();
            }
            await(() -> openFiles() == 0);
            client.close();
        }
    }

    @Test
    void whoLeavesBehindGoLeavesNoFile() throws IOException {
        serve();
        for (int i = 0; i < 20; i++) {
            try (WireClient client = greeted()) {
                client.option(OPT_GO, WireClient.infoData("vol"));
            }
        }
        await(() -> server.connections().isEmpty() && openFiles() == 0);
    }

    @Test
    void withoutRoomForAViewTheClientIsRefusedAndMayTryAgain() throws Exception {
        serve();
        Files.delete(changes);
        try (LogCapture log = new LogCapture(); WireClient client = greeted(); WireClient old = greeted()) {
            for (int i = 0; i < 3; i++) {
                List<OptionReply> replies = client.optionReplies(OPT_GO, WireClient.infoData("vol"));
                assertThat(replies.getLast().type()).isEqualTo(ERR_POLICY);
                byte[] message = new byte[replies.getLast().data().remaining()];
                replies.getLast().data().get(message);
                assertThat(new String(message)).contains("changes of your own").doesNotContain(changes.toString());
            }
            old.option(OPT_EXPORT_NAME, "vol".getBytes());
            old.expectClosed();
            assertThat(log.atLeast(Level.WARN)).hasSize(1).first().asString()
                    .contains("'vol'", changes.toString());
            Files.createDirectory(changes);
            assertThat(client.go("vol").errorOfWrite(0, 0, filled(10, 1))).isZero();
        }
        assertThat(server.removeExport("vol")).isTrue();
    }

    @Test
    void viewThatFailsByADefectEndsTheConnectionAndNothingElse() throws Exception {
        server.addExport(export(device, _ -> {
            throw new IllegalStateException("asked for by the test");
        }));
        try (WireClient client = greeted()) {
            client.option(OPT_GO, WireClient.infoData("vol"));
            client.expectEnd();
        }
        assertThat(server.removeExport("vol")).isTrue();
    }
}
