package dev.ashlar.raid.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.raid.member.BadBlocks.MalformedLogException;
import dev.ashlar.raid.member.BadBlocks.Range;
import dev.ashlar.testing.Fixtures;
import dev.ashlar.testing.Json;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class BadBlocksTest {
    private static final ValueLayout.OfLong LE_LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static MemorySegment log(long... entries) {
        MemorySegment log = MemorySegment.ofArray(new byte[4096]);
        log.fill((byte) 0xff);
        for (int i = 0; i < entries.length; i++) {
            log.set(LE_LONG, i * 8L, entries[i]);
        }
        return log;
    }

    private static long entry(long start, long length) {
        return start << 10 | length;
    }

    @Test
    void logThatLinuxWroteReadsAndWritesTheSame() throws Exception {
        Fixtures.Array array = Fixtures.array("raid1-badblocks-2d");
        for (int index = 0; index < 2; index++) {
            Fixtures.Member member = array.members().get(index);
            Json superblock = member.superblock();
            long offset = (superblock.get("super_sector").number() + superblock.get("bblog_offset").number()) * 512;
            MemorySegment image = MemorySegment.ofArray(member.image());
            BadBlocks blocks = BadBlocks.decode(
                    image, offset, superblock.get("bblog_size").integer(), superblock.get("bblog_shift").integer());
            assertThat(blocks.ranges()).isEqualTo(putInBy(array, index));

            MemorySegment written = MemorySegment.ofArray(new byte[blocks.logBytes()]);
            blocks.encode(written, 0);
            assertThat(written.mismatch(image.asSlice(offset, 4096))).isEqualTo(-1);
        }
    }

    /** What the fixture's script put in through sysfs: {@code member:sector:count,…} */
    private static List<Range> putInBy(Fixtures.Array array, int member) {
        List<Range> ranges = new ArrayList<>();
        for (String bad : array.manifest().get("parameters").get("bad").text().split(",")) {
            long[] parts = Arrays.stream(bad.split(":")).mapToLong(Long::parseLong).toArray();
            if (parts[0] == member) {
                ranges.add(new Range(parts[1], parts[2]));
            }
        }
        return ranges;
    }

    @Test
    void logThatMeansNothingIsRefused() {
        assertThatThrownBy(() -> BadBlocks.decode(log(entry(8, 8), entry(100, 0)), 0, 8, 0))
                .isInstanceOf(MalformedLogException.class)
                .hasMessageContaining("entry=1 sector=100");
        long[] longerThanMdWrites = new long[512];
        Arrays.setAll(longerThanMdWrites, i -> entry(i * 2000L, 1000));
        assertThatThrownBy(() -> BadBlocks.decode(log(longerThanMdWrites), 0, 8, 0))
                .isInstanceOf(MalformedLogException.class);
        assertThatThrownBy(() -> BadBlocks.decode(log(), 0, 8, 63)).isInstanceOf(MalformedLogException.class);
    }

    @Test
    void entriesOutOfOrderCountAsTheirUnion() throws Exception {
        BadBlocks blocks = BadBlocks.decode(log(entry(100, 10), entry(8, 8), entry(105, 10), entry(16, 1)), 0, 8, 0);
        assertThat(blocks.ranges()).containsExactly(new Range(8, 9), new Range(100, 15));
        assertThat(blocks.totalSectors()).isEqualTo(24);
    }

    @Test
    void nothingBehindTheEndMarkCounts() throws Exception {
        assertThat(BadBlocks.decode(log(entry(8, 8), -1, entry(100, 0)), 0, 8, 0).totalSectors()).isEqualTo(8);
    }

    @Test
    void unitsLargerThanASectorAreRoundedOutwards() throws Exception {
        BadBlocks blocks = BadBlocks.empty(8, 3);
        blocks.add(9, 1);
        blocks.add(12, 5);
        assertThat(blocks.overlaps(10, 2)).isFalse();
        MemorySegment written = log();
        blocks.encode(written, 0);
        assertThat(BadBlocks.decode(written, 0, 8, 3).ranges()).containsExactly(new Range(8, 16));
    }

    @Test
    void longRangeTakesSeveralEntries() throws Exception {
        BadBlocks blocks = BadBlocks.empty(8, 0);
        assertThat(blocks.add(0, 512 * 512)).isTrue();
        assertThat(blocks.full()).isTrue();
        assertThat(blocks.add(1 << 20, 1)).isFalse();
        assertThat(blocks.overlaps(1 << 20, 1)).isFalse();
        assertThat(blocks.remove(256, 1)).as("would be 513 entries").isFalse();
        assertThat(blocks.overlaps(256, 1)).isTrue();
        MemorySegment written = log();
        blocks.encode(written, 0);
        assertThat(BadBlocks.decode(written, 0, 8, 0).ranges()).containsExactly(new Range(0, 512 * 512));
        assertThat(blocks.remove(0, 512)).isTrue();
        assertThat(blocks.full()).isFalse();
    }

    @Test
    void memberWithoutLogCanHoldNothing() {
        BadBlocks none = BadBlocks.empty(0, 0);
        assertThat(none.add(5, 1)).isFalse();
        assertThat(none.isEmpty()).isTrue();
        assertThat(none.full()).isTrue();
    }
}
