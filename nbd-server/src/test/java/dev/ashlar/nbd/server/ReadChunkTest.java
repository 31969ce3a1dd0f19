package dev.ashlar.nbd.server;

import static dev.ashlar.nbd.testkit.StyledClient.EOVERFLOW;
import static dev.ashlar.nbd.testkit.WireClient.DF;
import static dev.ashlar.nbd.testkit.WireClient.EINVAL;
import static dev.ashlar.nbd.testkit.WireClient.EIO;
import static dev.ashlar.nbd.testkit.WireClient.READ;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.ashlar.block.ExtentVisitor;
import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.ServerLimits;
import dev.ashlar.nbd.testkit.Chunk;
import dev.ashlar.nbd.testkit.Reply;
import dev.ashlar.nbd.testkit.ScriptedDevice;
import dev.ashlar.nbd.testkit.ShapedDevice;
import dev.ashlar.nbd.testkit.StyledClient;
import dev.ashlar.nbd.testkit.StyledClient.Style;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows of the table "Replies" in docs/nbd.md: how READ is answered by chunks. */
class ReadChunkTest extends WireTestBase {
    private static final int BLOCK = 4096;
    private static final int MIB = 1 << 20;
    private static final int SIZE = 160 * MIB;
    private static final int MAX = ServerLimits.MAX_REQUEST_BYTES;
    private static final long HOLE_AND_ZERO = ExtentVisitor.HOLE | ExtentVisitor.ZERO;
    /** So much of the device is not zero. */
    private static final int WRITTEN = 4 * MIB;

    private final ShapedDevice shaped = new ShapedDevice(new MemoryDevice(SIZE));
    private final ScriptedDevice device = new ScriptedDevice(shaped);
    private byte[] data;

    @BeforeEach
    void serveWhatHasBeenWritten() throws IOException {
        data = TransmissionTest.pattern(3, WRITTEN);
        try (Arena arena = Arena.ofConfined()) {
            shaped.write(0, arena.allocate(WRITTEN).copyFrom(MemorySegment.ofArray(data)), 0, WRITTEN, false);
        }
        server.addExport(new Export("vol", "", device));
    }

    private byte[] expected(long offset, int length) {
        byte[] expected = new byte[length];
        int known = (int) Math.clamp(WRITTEN - offset, 0, length);
        System.arraycopy(data, (int) Math.min(offset, WRITTEN), expected, 0, known);
        return expected;
    }

    /** As {@link #expected} after the range has been made to read as zeroes. */
    private void punch(int from, int to) throws IOException {
        shaped.writeZeroes(from, to - from, true, false);
        Arrays.fill(data, from, Math.min(to, WRITTEN), (byte) 0);
        shaped.hole(from, to);
    }

    @ParameterizedTest
    @EnumSource(names = {"STRUCTURED", "EXTENDED"})
    void holesAreSentAsHoles(Style style) throws IOException {
        punch(64 << 10, MIB);
        punch(3 * MIB, 4 * MIB);
        try (StyledClient client = open(style)) {
            Reply reply = client.call(0, READ, 0, 4L * MIB);
            assertThat(reply.content(0, 4 * MIB)).isEqualTo(expected(0, 4 * MIB));
            assertThat(reply.of(Chunk.OFFSET_HOLE)).extracting(Chunk::offset, Chunk::length).containsExactly(
                    tuple(64L << 10, (long) MIB - (64 << 10)), tuple(3L * MIB, (long) MIB));
            assertThat(device.calls()).as("holes are not read").containsExactly("read 0+65536", "read 1048576+1048576",
                    "read 2097152+1048576");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"STRUCTURED", "EXTENDED"})
    void readInsideAHoleIsOneHole(Style style) throws IOException {
        punch(0, MIB);
        try (StyledClient client = open(style)) {
            assertThat(client.call(0, READ, 1234, 8192).types()).containsExactly(Chunk.OFFSET_HOLE);
            assertThat(client.read(1234, 8192)).isEqualTo(new byte[8192]);
            assertThat(device.calls()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"STRUCTURED", "EXTENDED"})
    void zeroesThatAreAllocatedAreSentAsHolesToo(Style style) throws IOException {
        punch(0, MIB);
        shaped.extent(0, ExtentVisitor.ZERO);
        try (StyledClient client = open(style)) {
            assertThat(client.call(0, READ, 0, MIB).types()).containsExactly(Chunk.OFFSET_HOLE);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"STRUCTURED", "EXTENDED"})
    void holesOfUndefinedContentAreRead(Style style) throws IOException {
        shaped.extent(0, ExtentVisitor.HOLE);
        try (StyledClient client = open(style)) {
            assertThat(client.call(0, READ, 0, MIB).types()).containsExactly(Chunk.OFFSET_DATA);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"STRUCTURED", "EXTENDED"})
    void holesTooSmallForAChunkAreSentAsData(Style style) throws IOException {
        for (int at = 0; at < 64 << 10; at += 1024) {
            punch(at, at + 512);
        }
        try (StyledClient client = open(style)) {
            Reply reply = client.call(0, READ, 0, 64 << 10);
            assertThat(reply.content(0, 64 << 10)).isEqualTo(expected(0, 64 << 10));
            assertThat(reply.of(Chunk.OFFSET_HOLE)).isEmpty();
            assertThat(reply.chunks()).hasSizeLessThan(34);
        }
    }

    @ParameterizedTest
    @EnumSource
    void simpleRepliesAndUnfragmentedOnesCarryTheZeroes(Style style) throws IOException {
        punch(64 << 10, MIB);
        try (StyledClient client = open(style)) {
            Reply reply = client.call(style == Style.SIMPLE ? 0 : DF, READ, 0, 2L * MIB);
            assertThat(reply.chunks()).hasSize(1);
            assertThat(reply.of(Chunk.OFFSET_HOLE)).isEmpty();
            assertThat(reply.content(0, 2 * MIB)).isEqualTo(expected(0, 2 * MIB));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"STRUCTURED", "EXTENDED"})
    void failingExtentsAreNoFailureOfARead(Style style) throws IOException {
        shaped.extentsFail(true);
        try (StyledClient client = open(style)) {
            Reply reply = client.call(0, READ, 0, 4L * MIB);
            assertThat(reply.content(0, 4 * MIB)).isEqualTo(expected(0, 4 * MIB));
            assertThat(reply.chunks()).as("no more pieces than otherwise").hasSize(4);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"STRUCTURED", "EXTENDED"})
    void readAboveTheMaximumIsSplitIntoChunksInBoundedMemory(Style style) throws Exception {
        serve("tight", ServerLimits.DEFAULTS.withPayloadMemory(2L * MAX, Duration.ofNanos(1)),
                new Export("vol", "", device));
        try (StyledClient client = StyledClient.open(wire, dir.resolve("tight"), "vol", style)) {
            Reply reply = client.call(0, READ, 1, SIZE - 1);
            assertThat(reply.chunks()).hasSize(160)
                    .allSatisfy(chunk -> assertThat(chunk.length()).isLessThanOrEqualTo(MIB));
            assertThat(Arrays.equals(reply.content(1, SIZE - 1), expected(1, SIZE - 1))).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void readAboveTheMaximumThatCannotBeSplitIsRefused(Style style) throws IOException {
        try (StyledClient client = open(style)) {
            int error = client.call(style == Style.SIMPLE ? 0 : DF, READ, 0, MAX + 1L).error();
            assertThat(error).isEqualTo(style == Style.SIMPLE ? EINVAL : EOVERFLOW);
            Reply largest = client.call(style == Style.SIMPLE ? 0 : DF, READ, 0, MAX);
            assertThat(Arrays.equals(largest.content(0, MAX), expected(0, MAX))).isTrue();
            assertThat(client.call(style == Style.SIMPLE ? 0 : DF, READ, SIZE, MAX + 1L).error())
                    .as("past the end first").isEqualTo(EINVAL);
        }
    }

    /** Offset, length, and the blocks that are lost. */
    @ParameterizedTest
    @ValueSource(strings = {
        "0+16384: 1", "0+16384: 0", "0+16384: 3", "0+16384: 0 1 2 3", "0+16384: 0 2", "100+16384: 0 1 4",
        "100+16384: 4", "5000+8000: 1", "5000+8000: 2", "0+8192: 1", "0+2097152: 255 256 257", "0+2097152: 255", "0+2097152: 256",
        "0+2097152: 0 511", "0+4194304: 1 3 5 7 300 301 302 900 1023", "4095+4098: 1", "1048576+1048577: 512"
    })
    void readablePartsOfALostReadComeAndTheRestIsNamed(String row) throws IOException {
        String[] fields = row.split("[+:]\\s*");
        long offset = Long.parseLong(fields[0]);
        int length = Integer.parseInt(fields[1]);
        int[] blocks = Arrays.stream(fields[2].trim().split(" ")).mapToInt(Integer::parseInt).toArray();
        shaped.lose(blocks);
        BitSet readable = new BitSet(length);
        readable.set(0, length);
        for (int block : blocks) {
            int from = (int) Math.clamp((long) block * BLOCK - offset, 0, length);
            readable.clear(from, (int) Math.clamp((block + 1L) * BLOCK - offset, from, length));
        }
        for (Style style : List.of(Style.STRUCTURED, Style.EXTENDED)) {
            try (StyledClient client = open(style)) {
                Reply reply = client.call(0, READ, offset, length);
                assertThat(reply.error()).isEqualTo(EIO);
                assertThat(reply.of(Chunk.ERROR)).isEmpty();
                assertLost(reply, offset, length, readable);
                assertThat(client.read(10L * MIB, 1)).isEqualTo(new byte[1]);
            }
        }
    }

    private void assertLost(Reply reply, long offset, int length, BitSet readable) {
        BitSet came = new BitSet(length);
        byte[] content = reply.content(offset, length, came);
        assertThat(came).as("what can be read").isEqualTo(readable);
        byte[] expected = expected(offset, length);
        for (int i = came.nextSetBit(0); i >= 0; i = came.nextSetBit(i + 1)) {
            if (content[i] != expected[i]) {
                throw new AssertionError("wrong byte at " + (offset + i));
            }
        }
        assertThat(reply.lostAt()).doesNotHaveDuplicates()
                .allSatisfy(at -> assertThat(at).isBetween(offset, offset + length - 1));
        for (int from = readable.nextClearBit(0); from < length; ) {
            assertThat(reply.lostAt()).as("where a lost run begins").contains(offset + from);
            int to = readable.nextSetBit(from);
            from = to < 0 ? length : readable.nextClearBit(to);
        }
        assertThat(reply.lostAt()).allSatisfy(
                at -> assertThat(readable.get((int) (at - offset))).as("%d is lost", at).isFalse());
    }

    @ParameterizedTest
    @EnumSource(names = {"STRUCTURED", "EXTENDED"})
    void holesAroundLostBlocksAreStillSent(Style style) throws IOException {
        punch(MIB, 2 * MIB);
        shaped.lose(0, 513);
        try (StyledClient client = open(style)) {
            Reply reply = client.call(0, READ, 0, 3L * MIB);
            assertThat(reply.lostAt()).containsExactly(0L, 513L * BLOCK);
            assertThat(reply.of(Chunk.OFFSET_HOLE)).hasSize(1);
            BitSet came = new BitSet();
            reply.content(0, 3 * MIB, came);
            assertThat(came.cardinality()).isEqualTo(3 * MIB - 2 * BLOCK);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"STRUCTURED", "EXTENDED"})
    void deadVolumeAnswersAfterAFewTries(Style style) throws IOException {
        BitSet all = new BitSet();
        all.set(0, SIZE / BLOCK);
        shaped.lose(all.stream().toArray());
        try (StyledClient client = open(style)) {
            Reply reply = client.call(0, READ, 0, SIZE);
            assertThat(reply.lostAt()).contains(0L);
            assertThat(reply.types()).doesNotContain(Chunk.OFFSET_DATA).endsWith(Chunk.NONE);
            assertThat(device.calls()).as("one piece, and its blocks one by one").hasSize(1 + 256);
        }
    }

    @ParameterizedTest
    @EnumSource
    void undividedReadOfALostBlockFailsAsAWhole(Style style) throws IOException {
        shaped.lose(3);
        try (StyledClient client = open(style)) {
            for (int length : new int[] {16 << 10, 32 << 10, MIB}) {
                Reply reply = client.call(style == Style.SIMPLE ? 0 : DF, READ, 0, length);
                assertThat(reply.error()).isEqualTo(EIO);
                assertThat(reply.types()).isEqualTo(style == Style.SIMPLE ? List.of() : List.of(Chunk.ERROR));
            }
            Reply small = client.call(0, READ, 3 * BLOCK + 1, 100);
            assertThat(small.error()).isEqualTo(EIO);
            assertThat(small.message()).isEqualTo(
                    style == Style.SIMPLE ? "" : "READ of 100 bytes at 12289 failed; the cause is in the server's log");
            assertThat(client.read(0, 3 * BLOCK)).isEqualTo(expected(0, 3 * BLOCK));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"STRUCTURED", "EXTENDED"})
    void messagesOfLostBlocksNameNoFiles(Style style) throws IOException {
        shaped.lose(1);
        try (StyledClient client = open(style)) {
            assertThat(client.call(0, READ, 0, 16 << 10).message()).contains("4096").doesNotContain("shaped");
        }
    }
}
