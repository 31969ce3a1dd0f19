package dev.ashlar.raid.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StripedGeometryTest {
    /** Three members of 2, 4 and 5 chunks; the last sectors of each are less than a chunk. */
    private static final long[] UNEQUAL = {2 * 8 + 3, 4 * 8 + 7, 5 * 8};

    private static String picture(StripedGeometry geometry, int rows) {
        StringBuilder picture = new StringBuilder();
        for (long row = 0; row < rows; row++) {
            picture.append(row == 0 ? "" : " ");
            for (int role = 0; role < geometry.raidDisks(); role++) {
                long chunk = geometry.arrayChunkAt(role, row);
                picture.append(chunk < 0 ? "." : Long.toHexString(chunk));
            }
        }
        return picture.toString();
    }

    @ParameterizedTest
    @CsvSource({
        "1, 012 345 .67 .89 ..a ...",
        "2, 012 345 .67 .89 ..a ...",
    })
    void zonesThatStartOnAMultipleOfTheirWidthLookTheSame(int layout, String picture) {
        assertThat(picture(StripedGeometry.of(layout, 8, UNEQUAL), 6)).isEqualTo(picture);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 012 345 678 a.9 c.b ..d",
        "2, 012 345 678 9.a b.c ..d",
    })
    void otherZonesAreNumberedAsTheLayoutSays(int layout, String picture) {
        assertThat(picture(StripedGeometry.of(layout, 8, new long[] {40, 24, 48}), 6)).isEqualTo(picture);
    }

    @Test
    void equalMembersNeedNoLayout() {
        StripedGeometry geometry = StripedGeometry.of(0, 128, new long[] {768, 768});
        assertThat(geometry.layoutMatters()).isFalse();
        assertThat(geometry.arrayBytes()).isEqualTo(786432);
        assertThat(geometry.role(3)).isEqualTo(1);
        assertThat(geometry.memberOffset(3)).isEqualTo(65536);
    }

    @Test
    void unequalMembersWithoutALayoutAreRefusedUnlessOneIsLongest() {
        refused("layout=0", () -> StripedGeometry.of(0, 8, UNEQUAL));
        StripedGeometry oneLonger = StripedGeometry.of(0, 8, new long[] {16, 16, 32});
        assertThat(oneLonger.layoutMatters()).isFalse();
        assertThat(picture(oneLonger, 4)).isEqualTo("012 345 ..6 ..7");
        assertThat(StripedGeometry.of(1, 8, UNEQUAL).layoutMatters()).isTrue();
    }

    @Test
    void chunksThatAreNoPowerOfTwoWork() {
        StripedGeometry geometry = StripedGeometry.of(0, 24, new long[] {100, 100});
        assertThat(geometry.chunkBytes()).isEqualTo(12288);
        assertThat(geometry.arrayChunks()).isEqualTo(8);
        assertThat(geometry.memberOffset(7)).isEqualTo(3 * 12288);
    }

    @Test
    void arrayBeyondTwoToThe32SectorsKeepsItsPrecision() {
        StripedGeometry geometry = StripedGeometry.of(2, 1024, new long[] {1L << 40, 1L << 41, 1L << 41});
        long firstOfSecondZone = 3L << 30;
        assertThat(geometry.role(firstOfSecondZone)).isEqualTo(1);
        assertThat(geometry.memberOffset(firstOfSecondZone)).isEqualTo(1L << 49);
        assertThat(geometry.arrayBytes()).isEqualTo(5L << 49);
    }

    @Test
    void nonsenseIsRefusedWithItsName() {
        refused("layout=3", () -> StripedGeometry.of(3, 8, UNEQUAL));
        refused("chunkSectors=9", () -> StripedGeometry.of(1, 9, UNEQUAL));
        refused("raidDisks=1", () -> StripedGeometry.of(1, 8, new long[] {80}));
        refused("componentSectors=7", () -> StripedGeometry.of(1, 8, new long[] {80, 7}));
        assertThatThrownBy(() -> StripedGeometry.of(1, 8, UNEQUAL).role(11))
                .isInstanceOf(IndexOutOfBoundsException.class).hasMessageContaining("arrayChunk=11");
    }

    private static void refused(String why, ThrowingCallable what) {
        assertThatThrownBy(what).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(why);
    }
}
