package dev.ashlar.nbd.server;

import static dev.ashlar.nbd.testkit.StyledClient.BLOCK_STATUS;
import static dev.ashlar.nbd.testkit.StyledClient.PAYLOAD_LEN;
import static dev.ashlar.nbd.testkit.StyledClient.REQ_ONE;
import static dev.ashlar.nbd.testkit.WireClient.EINVAL;
import static dev.ashlar.nbd.testkit.WireClient.EIO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.block.DeviceException;
import dev.ashlar.block.ExtentVisitor;
import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.MetaContext;
import dev.ashlar.nbd.testkit.Chunk;
import dev.ashlar.nbd.testkit.Chunk.Extent;
import dev.ashlar.nbd.testkit.Reply;
import dev.ashlar.nbd.testkit.ShapedDevice;
import dev.ashlar.nbd.testkit.StyledClient;
import dev.ashlar.nbd.testkit.StyledClient.Style;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The rows of BLOCK_STATUS in docs/nbd.md. */
class BlockStatusTest extends WireTestBase {
    private static final long SIZE = 1L << 30;
    private static final int MIB = 1 << 20;
    private static final long HOLE = ExtentVisitor.HOLE | ExtentVisitor.ZERO;
    private static final String BASE = "base:allocation";

    /** One that tells 512 bytes of every number in turn. */
    private record Counting(String name) implements MetaContext {
        @Override
        public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor) {
            for (long at = 0; at < lengthBytes && visitor.extent(Math.min(512, lengthBytes - at), at / 512); ) {
                at += 512;
            }
        }
    }

    private record Failing(String name, Throwable failure) implements MetaContext {
        @Override
        public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor) throws IOException {
            visitor.extent(1, 1);
            sneak(failure);
        }

        @SuppressWarnings("unchecked")
        private static <T extends Throwable> void sneak(Throwable failure) throws T {
            throw (T) failure;
        }
    }

    private record Silent(String name) implements MetaContext {
        @Override
        public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor) {
            // Knows nothing.
        }
    }

    private record Overshooting(String name) implements MetaContext {
        @Override
        public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor) {
            visitor.extent(Long.MAX_VALUE, 9);
        }
    }

    private final ShapedDevice device = new ShapedDevice(new MemoryDevice(SIZE));

    @BeforeEach
    void serve() {
        server.addExport(new Export("vol", "", device).withContexts(List.of(
                new Counting("x-t:counting"),
                new Failing("x-t:failing", new DeviceException("secret", "extents", 0, 1, "broken")),
                new Failing("x-t:error", new InternalError("a fault in mapped memory")),
                new Silent("x-t:silent"),
                new Overshooting("x-t:overshooting"))));
    }

    private static List<Extent> only(Reply reply) {
        assertThat(reply.error()).isZero();
        assertThat(reply.chunks()).hasSize(1);
        return reply.chunks().getFirst().extents();
    }

    @ParameterizedTest
    @EnumSource(names = {"STRUCTURED", "EXTENDED"})
    void statusHasTheChunkOfItsStyle(Style style) throws IOException {
        try (StyledClient client = open(style, BASE)) {
            Reply reply = client.call(0, BLOCK_STATUS, 0, MIB);
            assertThat(reply.types())
                    .containsExactly(style == Style.EXTENDED ? Chunk.BLOCK_STATUS_EXT : Chunk.BLOCK_STATUS);
            assertThat(only(reply)).containsExactly(new Extent(MIB, 0));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"STRUCTURED", "EXTENDED"})
    void extentsBeginAtTheOffsetAndEndInsideTheRange(Style style) throws IOException {
        device.hole(MIB, 2 * MIB).extent(3 * MIB, ExtentVisitor.ZERO).extent(4 * MIB, 0);
        try (StyledClient client = open(style, BASE)) {
            assertThat(only(client.call(0, BLOCK_STATUS, 100, 4 * MIB))).containsExactly(
                    new Extent(MIB - 100, 0), new Extent(MIB, HOLE), new Extent(MIB, 0),
                    new Extent(MIB, ExtentVisitor.ZERO), new Extent(100, 0));
            assertThat(only(client.call(0, BLOCK_STATUS, MIB + 1, 3))).containsExactly(new Extent(3, HOLE));
            assertThat(only(client.call(0, BLOCK_STATUS, SIZE - 1, 1))).containsExactly(new Extent(1, 0));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"STRUCTURED", "EXTENDED"})
    void equalNeighboursAreMerged(Style style) throws IOException {
        for (int i = 0; i < 10; i++) {
            device.extent((long) i * MIB, i < 5 ? HOLE : 0);
        }
        try (StyledClient client = open(style, BASE)) {
            assertThat(only(client.call(0, BLOCK_STATUS, 0, 10 * MIB)))
                    .containsExactly(new Extent(5 * MIB, HOLE), new Extent(5 * MIB, 0));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"STRUCTURED", "EXTENDED"})
    void reqOneTellsOneExtentPerContextInsideTheRange(Style style) throws IOException {
        device.extent(0, HOLE).extent(MIB, HOLE).extent(2 * MIB, 0);
        try (StyledClient client = open(style, BASE, "x-t:counting", "x-t:silent", "x-t:overshooting")) {
            assertThat(client.call(REQ_ONE, BLOCK_STATUS, 0, 4 * MIB).chunks()).extracting(Chunk::extents)
                    .containsExactly(List.of(new Extent(2 * MIB, HOLE)), List.of(new Extent(512, 0)),
                            List.of(new Extent(4 * MIB, 0)), List.of(new Extent(4 * MIB, 9)));
            assertThat(client.call(REQ_ONE, BLOCK_STATUS, 0, 100).chunks()).extracting(Chunk::extents)
                    .containsExactly(List.of(new Extent(100, HOLE)), List.of(new Extent(100, 0)),
                            List.of(new Extent(100, 0)), List.of(new Extent(100, 9)));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"STRUCTURED", "EXTENDED"})
    void moreExtentsThanAReplyHoldsEndItEarly(Style style) throws IOException {
        try (StyledClient client = open(style, "x-t:counting")) {
            List<Extent> extents = only(client.call(0, BLOCK_STATUS, 0, SIZE));
            assertThat(extents).hasSizeBetween(1000, 1 << 20);
            for (int i = 0; i < extents.size(); i++) {
                assertThat(extents.get(i)).isEqualTo(new Extent(512, i));
            }
            assertThat(client.call(0, BLOCK_STATUS, 0, 512).error()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"STRUCTURED", "EXTENDED"})
    void everySelectedContextHasOneChunk(Style style) throws IOException {
        try (StyledClient client = open(style, BASE, "x-t:counting", "x-t:silent")) {
            Reply reply = client.call(0, BLOCK_STATUS, 0, 1024);
            assertThat(reply.chunks()).extracting(Chunk::context).doesNotHaveDuplicates().hasSize(3);
            assertThat(reply.chunks()).extracting(Chunk::extents).containsExactly(List.of(new Extent(1024, 0)),
                    List.of(new Extent(512, 0), new Extent(512, 1)), List.of(new Extent(1024, 0)));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"STRUCTURED", "EXTENDED"})
    void failingContextIsAnErrorAndTheConnectionLives(Style style) throws IOException {
        for (String failing : new String[] {"x-t:failing", "x-t:error"}) {
            try (StyledClient client = open(style, BASE, failing)) {
                Reply reply = client.call(0, BLOCK_STATUS, 0, 1024);
                assertThat(reply.error()).isEqualTo(EIO);
                assertThat(reply.message()).contains("BLOCK_STATUS").doesNotContain("secret");
                assertThat(reply.of(Chunk.ERROR)).hasSize(1);
                assertThat(client.read(0, 1)).isEqualTo(new byte[1]);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"STRUCTURED", "EXTENDED"})
    void failingExtentsAreAnError(Style style) throws IOException {
        device.extentsFail(true);
        try (StyledClient client = open(style, BASE)) {
            assertThat(client.call(0, BLOCK_STATUS, 0, 1024).error()).isEqualTo(EIO);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"STRUCTURED", "EXTENDED"})
    void statusPastTheEndIsInvalid(Style style) throws IOException {
        try (StyledClient client = open(style, BASE)) {
            assertThat(client.call(0, BLOCK_STATUS, SIZE, 1).error()).isEqualTo(EINVAL);
            assertThat(client.call(0, BLOCK_STATUS, 1, SIZE).error()).isEqualTo(EINVAL);
            assertThat(client.call(0, BLOCK_STATUS, -1, 2).error()).isEqualTo(EINVAL);
        }
    }

    private static byte[] filter(long length, int... contexts) {
        ByteBuffer payload = ByteBuffer.allocate(8 + 4 * contexts.length).putLong(length);
        for (int context : contexts) {
            payload.putInt(context);
        }
        return payload.array();
    }

    private StyledClient withThreeContexts() throws IOException {
        return open(Style.EXTENDED, BASE, "x-t:counting", "x-t:silent");
    }

    @Test
    void payloadChoosesContextsAndLength() throws IOException {
        try (StyledClient client = withThreeContexts()) {
            List<Integer> all = client.call(0, BLOCK_STATUS, 0, 512).chunks().stream().map(Chunk::context).toList();
            for (int one : all) {
                Reply reply = client.callWithPayload(0, BLOCK_STATUS, 4096, filter(512, one));
                assertThat(reply.chunks()).extracting(Chunk::context).containsExactly(one);
                assertThat(only(reply)).containsExactly(new Extent(512, 0));
            }
            int[] reversed = {all.get(2), all.get(0)};
            assertThat(client.callWithPayload(REQ_ONE, BLOCK_STATUS, 0, filter(SIZE, reversed)).chunks())
                    .extracting(Chunk::context).containsExactlyInAnyOrder(all.get(2), all.get(0));
            assertThat(client.callWithPayload(0, BLOCK_STATUS, 0,
                    filter(SIZE, all.stream().mapToInt(i -> i).toArray())).chunks()).hasSize(3);
        }
    }

    @Test
    void payloadWithDuplicateOrUnknownContextsIsInvalid() throws IOException {
        try (StyledClient client = withThreeContexts()) {
            int[][] bad = {{1, 1}, {1, 2, 1}, {4}, {0}, {-1}, {1, 99}, {Integer.MIN_VALUE}, {33}, {65}};
            for (int[] contexts : bad) {
                Reply reply = client.callWithPayload(0, BLOCK_STATUS, 0, filter(512, contexts));
                assertThat(reply.error()).as("%s", (Object) contexts).isEqualTo(EINVAL);
            }
            assertThat(client.call(0, BLOCK_STATUS, 0, 512).error()).isZero();
        }
    }

    @Test
    void malformedPayloadIsEatenAndInvalid() throws IOException {
        try (StyledClient client = withThreeContexts()) {
            for (int length : new int[] {0, 1, 4, 7, 8, 9, 11, 13, 21, 24, 25, 1000, 300_000}) {
                assertThat(client.callWithPayload(0, BLOCK_STATUS, 0, new byte[length]).error())
                        .as("%d bytes", length).isEqualTo(EINVAL);
            }
            assertThat(client.call(0, BLOCK_STATUS, 0, 512).error()).isZero();
        }
    }

    @Test
    void emptyPayloadNeverReachesTheContexts() throws IOException {
        try (StyledClient client = withThreeContexts()) {
            for (long offset : new long[] {0, SIZE, SIZE + 1, -1, Long.MIN_VALUE}) {
                assertThat(client.callWithPayload(0, BLOCK_STATUS, offset, new byte[0]).error()).isEqualTo(EINVAL);
            }
        }
    }

    @Test
    void rangeOfAPayloadIsJudgedLikeAnyOther() throws IOException {
        try (StyledClient client = withThreeContexts()) {
            for (long length : new long[] {0, SIZE + 1, -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
                assertThat(client.callWithPayload(0, BLOCK_STATUS, 0, filter(length, 1)).error()).isEqualTo(EINVAL);
            }
            assertThat(client.callWithPayload(0, BLOCK_STATUS, SIZE, filter(1, 1)).error()).isEqualTo(EINVAL);
            assertThat(client.callWithPayload(0, BLOCK_STATUS, -1, filter(2, 1)).error()).isEqualTo(EINVAL);
            assertThat(client.callWithPayload(0, BLOCK_STATUS, SIZE - 1, filter(1, 1)).error()).isZero();
        }
    }

    @Test
    void payloadThatArrivesByteByByteIsUnderstood() throws IOException {
        try (StyledClient client = withThreeContexts()) {
            client.request(PAYLOAD_LEN, BLOCK_STATUS, 5, 0, 12);
            for (byte b : filter(512, 1)) {
                client.wire().send(b);
            }
            assertThat(only(client.reply(0))).containsExactly(new Extent(512, 0));
        }
    }

    @Test
    void payloadWithoutSelectedContextsIsEatenAndInvalid() throws IOException {
        try (StyledClient client = open(Style.EXTENDED)) {
            assertThat(client.callWithPayload(0, BLOCK_STATUS, 0, filter(512, 1)).error()).isEqualTo(EINVAL);
            assertThat(client.read(0, 1)).hasSize(1);
        }
    }
}
