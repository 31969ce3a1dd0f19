package dev.ashlar.nbd.server;

import static dev.ashlar.nbd.testkit.StyledClient.BLOCK_STATUS;
import static dev.ashlar.nbd.testkit.StyledClient.EOVERFLOW;
import static dev.ashlar.nbd.testkit.StyledClient.FAST_ZERO;
import static dev.ashlar.nbd.testkit.StyledClient.REQ_ONE;
import static dev.ashlar.nbd.testkit.WireClient.CACHE;
import static dev.ashlar.nbd.testkit.WireClient.DF;
import static dev.ashlar.nbd.testkit.WireClient.EINVAL;
import static dev.ashlar.nbd.testkit.WireClient.ENOSPC;
import static dev.ashlar.nbd.testkit.WireClient.READ;
import static dev.ashlar.nbd.testkit.WireClient.TRIM;
import static dev.ashlar.nbd.testkit.WireClient.WRITE_ZEROES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.block.ExtentVisitor;
import dev.ashlar.block.MemoryDevice;
import dev.ashlar.nbd.Export;
import dev.ashlar.nbd.testkit.Chunk;
import dev.ashlar.nbd.testkit.Chunk.Extent;
import dev.ashlar.nbd.testkit.Reply;
import dev.ashlar.nbd.testkit.ScriptedDevice;
import dev.ashlar.nbd.testkit.ShapedDevice;
import dev.ashlar.nbd.testkit.StyledClient;
import dev.ashlar.nbd.testkit.StyledClient.Style;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The row "64-bit lengths" of docs/nbd.md, on a volume of 1 PiB. */
class LongRequestTest extends WireTestBase {
    private static final long GIB = 1L << 30;
    private static final int MIB = 1 << 20;
    private static final long SIZE = 1L << 50;
    private static final long HOLE = ExtentVisitor.HOLE | ExtentVisitor.ZERO;
    private static final long ISLAND = 7 * GIB;

    private final ShapedDevice shaped = new ShapedDevice(new MemoryDevice(SIZE)).zeroesFast(true)
            .hole(0, ISLAND).hole(ISLAND + 3 * MIB, SIZE);
    private final ScriptedDevice device = new ScriptedDevice(shaped);

    @BeforeEach
    void serve() {
        server.addExport(new Export("vol", "", device));
    }

    private static long covered(Reply reply, long offset) {
        assertThat(reply.error()).isZero();
        long at = offset;
        for (Chunk chunk : reply.chunks()) {
            assertThat(chunk.offset()).as("in order, without gaps").isEqualTo(at);
            at += chunk.length();
        }
        return at - offset;
    }

    @Test
    void readOfALargeHoleIsAFewHoles() throws IOException {
        try (StyledClient client = open(Style.EXTENDED)) {
            Reply reply = client.call(0, READ, 5, 6 * GIB);
            assertThat(covered(reply, 5)).isEqualTo(6 * GIB);
            assertThat(reply.types()).hasSizeLessThan(10).containsOnly(Chunk.OFFSET_HOLE);
            assertThat(device.calls()).isEmpty();
        }
    }

    @Test
    void readAcrossAnIslandOfDataHasHolesAndData() throws IOException {
        byte[] data = TransmissionTest.pattern(1, 3 * MIB);
        try (StyledClient client = open(Style.EXTENDED)) {
            assertThat(client.callWrite(0, ISLAND, data).error()).isZero();
            Reply reply = client.call(0, READ, GIB, 12 * GIB);
            assertThat(covered(reply, GIB)).isEqualTo(12 * GIB);
            Reply island = new Reply(0, 0, "", 0, reply.of(Chunk.OFFSET_DATA));
            assertThat(island.content(ISLAND, 3 * MIB)).isEqualTo(data);
        }
    }

    @Test
    void readOfTheLongestCompactLengthIsSplit() throws IOException {
        try (StyledClient client = open(Style.STRUCTURED)) {
            assertThat(covered(client.call(0, READ, 1, 0xffff_ffffL), 1)).isEqualTo(0xffff_ffffL);
        }
    }

    @Test
    void unfragmentedReadOfMuchOverflows() throws IOException {
        try (StyledClient client = open(Style.EXTENDED)) {
            assertThat(client.call(DF, READ, 0, 6 * GIB).error()).isEqualTo(EOVERFLOW);
            assertThat(client.call(DF, READ, 0, SIZE).error()).isEqualTo(EOVERFLOW);
        }
    }

    /** The calls must be of one kind and follow each other: what they cover. */
    private String covered(String kind, String flags) {
        long from = -1;
        long to = -1;
        for (String call : device.calls()) {
            assertThat(call).matches(kind + " \\d+\\+\\d+" + flags);
            String[] fields = call.split("[ +]");
            long offset = Long.parseLong(fields[1]);
            from = from < 0 ? offset : from;
            assertThat(offset).as("follows the one before").isEqualTo(to < 0 ? offset : to);
            to = offset + Long.parseLong(fields[2]);
        }
        device.calls().clear();
        return from + "-" + to;
    }

    @Test
    void trimZeroesAndCacheTakeAnyLength() throws IOException {
        long end = 1000 * GIB;
        try (StyledClient client = open(Style.EXTENDED)) {
            assertThat(client.call(0, TRIM, 4096, end - 4096).error()).isZero();
            assertThat(covered("trim", "")).isEqualTo(4096 + "-" + end);
            assertThat(client.call(0, WRITE_ZEROES, 1, end - 1).error()).isZero();
            assertThat(covered("writeZeroes", " unmap")).isEqualTo(1 + "-" + end);
            assertThat(client.call(FAST_ZERO, WRITE_ZEROES, 0, end).error()).isZero();
            assertThat(covered("writeZeroes", " unmap")).isEqualTo(0 + "-" + end);
            assertThat(client.call(0, CACHE, 0, SIZE).error()).isZero();
            assertThat(covered("prefetch", "")).isEqualTo(0 + "-" + SIZE);
        }
    }

    @Test
    void statusTellsExtentsOfAnyLength() throws IOException {
        try (StyledClient client = open(Style.EXTENDED, "base:allocation")) {
            assertThat(client.call(0, BLOCK_STATUS, 0, SIZE).chunks().getFirst().extents()).containsExactly(
                    new Extent(ISLAND, HOLE), new Extent(3 * MIB, 0), new Extent(SIZE - ISLAND - 3 * MIB, HOLE));
            assertThat(client.call(REQ_ONE, BLOCK_STATUS, ISLAND + 3 * MIB, 6 * GIB).chunks().getFirst().extents())
                    .containsExactly(new Extent(6 * GIB, HOLE));
        }
        try (StyledClient client = open(Style.STRUCTURED, "base:allocation")) {
            assertThat(client.call(0, BLOCK_STATUS, 0, 0xffff_ffffL).chunks().getFirst().extents())
                    .isEqualTo(List.of(new Extent(0xffff_ffffL, HOLE)));
        }
    }

    @Test
    void lengthsThatOverflowAreRefused() throws IOException {
        long[] lengths = {SIZE, SIZE + 1, Long.MAX_VALUE, Long.MIN_VALUE, -1, -4096, -SIZE};
        try (StyledClient client = open(Style.EXTENDED, "base:allocation")) {
            for (long offset : new long[] {1, 4096, SIZE, Long.MAX_VALUE, -1, -SIZE}) {
                for (long length : lengths) {
                    assertThat(client.call(0, READ, offset, length).error()).isEqualTo(EINVAL);
                    assertThat(client.call(0, TRIM, offset, length).error()).isEqualTo(EINVAL);
                    assertThat(client.call(0, CACHE, offset, length).error()).isEqualTo(EINVAL);
                    assertThat(client.call(0, BLOCK_STATUS, offset, length).error()).isEqualTo(EINVAL);
                    assertThat(client.call(0, WRITE_ZEROES, offset, length).error()).isEqualTo(ENOSPC);
                    assertThat(client.call(FAST_ZERO, WRITE_ZEROES, offset, length).error()).isEqualTo(ENOSPC);
                }
            }
            assertThat(device.calls()).isEmpty();
        }
    }
}
