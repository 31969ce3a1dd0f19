package dev.ashlar.raid.ppl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.layout.ParityGeometry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Four members, 16 KiB chunks, left-symmetric, eight stripes: stripe 2 has its parity on role 1, array sectors 192 to
 * 287.
 */
class PplStripTest {
    private final ParityGeometry geometry = ParityGeometry.of(RaidLevel.RAID5, 2, 4, 32, 256);

    private static PplEntry entry(long sector, long ppBytes, long dataBytes, int parityDisk) {
        return new PplEntry(sector, ppBytes, dataBytes, parityDisk, 0);
    }

    @Test
    void writeOfTwoNeighbouringChunksIsUnderstood() {
        assertThat(PplStrip.of(entry(232, 8192, 16384, 1), geometry, 1))
                .contains(new PplStrip(2, 2 * 16384 + 4096, 8192, 1, 3));
    }

    @Test
    void wholeChunkOfPartialParityCountsItsDataToo() {
        assertThat(PplStrip.of(entry(192, 16384, 32768, 1), geometry, 1))
                .contains(new PplStrip(2, 2 * 16384, 16384, 0, 2));
    }

    @Test
    void fullRowsHaveNoPartialParity() {
        assertThat(PplStrip.of(entry(192, 0, 49152, 1), geometry, 1))
                .contains(new PplStrip(2, 2 * 16384, 16384, 0, 3));
        assertThat(PplStrip.of(entry(200, 0, 12288, 1), geometry, 1))
                .contains(new PplStrip(2, 2 * 16384 + 4096, 4096, 0, 3));
    }

    @ParameterizedTest(name = "{4}")
    @CsvSource({
        "192, 4096, 4096, 2, parity elsewhere than it says",
        "288, 4096, 4096, 1, a stripe whose parity is not on this member",
        "768, 4096, 4096, 1, behind the end of the array",
        "-1, 4096, 4096, 1, before its beginning",
        "200, 16384, 16384, 1, more rows than the chunk has left",
        "256, 4096, 8192, 1, more chunks than the stripe has left",
        "192, 4096, 6144, 1, half a chunk's rows",
        "192, 4096, 0, 1, no data",
        "192, 0, 0, 1, nothing at all",
        "192, 100, 100, 1, no whole sectors",
        "224, 0, 49152, 1, full rows from the middle of the stripe",
    })
    void entryThatIsNoWriteOfThisArrayIsNotUsed(long sector, long ppBytes, long dataBytes, int parity, String why) {
        assertThat(PplStrip.of(entry(sector, ppBytes, dataBytes, parity), geometry, 1)).as(why).isEmpty();
    }
}
