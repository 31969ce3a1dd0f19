package dev.ashlar.raid.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MirrorGeometryTest {
    private static final int NEAR_2 = 0x102;
    private static final int FAR_2 = 0x201;
    private static final int OFFSET_2 = 0x10201;

    /** The first rows of all members, each place as its array chunk in hexadecimal, unused ones as a dot. */
    private static String picture(MirrorGeometry geometry, int rows) {
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
        "0x102,   4, 4, 0011 2233 4455 6677",
        "0x102,   3, 4, 001 122 334 455",
        "0x102,   3, 3, 001 122 33.",
        "0x103,   4, 3, 0001 1122 2333",
        "0x201,   4, 4, 0123 4567 3012 7456",
        "0x201,   3, 5, 012 345 201 534 ...",
        "0x10201, 4, 4, 0123 3012 4567 7456",
        "0x10201, 3, 4, 012 201 345 534",
    })
    void placesLookAsMdDrawsThem(String layout, int disks, int memberChunks, String picture) {
        MirrorGeometry geometry = MirrorGeometry.raid10(Integer.decode(layout), disks, 8, memberChunks * 8L);
        assertThat(picture(geometry, memberChunks)).isEqualTo(picture);
    }

    @Test
    void sizesFollowTheDescription() {
        MirrorGeometry near = MirrorGeometry.raid10(NEAR_2, 3, 32, 352);
        assertThat(near.arrayBytes()).isEqualTo(262144);
        assertThat(near.copies()).isEqualTo(2);
        assertThat(MirrorGeometry.raid10(FAR_2, 3, 16, 224).arrayBytes()).isEqualTo(172032);
        assertThat(MirrorGeometry.raid10(OFFSET_2, 4, 32, 320).arrayBytes()).isEqualTo(327680);
    }

    @Test
    void arrayBeyondTwoToThe32SectorsKeepsItsPrecision() {
        MirrorGeometry far = MirrorGeometry.raid10(FAR_2, 4, 1024, 1L << 40);
        long last = far.arrayChunks() - 1;
        assertThat(far.arrayBytes()).isEqualTo((1L << 40) * 512 * 2);
        assertThat(far.copyRole(last, 0)).isEqualTo(3);
        assertThat(far.copyRole(last, 1)).isEqualTo(0);
        assertThat(far.copyMemberOffset(last, 1)).isEqualTo((1L << 49) - 524288);
        assertThat(far.arrayChunkAt(0, (1L << 30) - 1)).isEqualTo(last);
        assertThat(far.arrayChunkAt(0, 1L << 30)).isEqualTo(-1);
        assertThat(far.arrayChunkAt(0, Long.MAX_VALUE - 1)).isEqualTo(-1);
    }

    @Test
    void mirrorHoldsEverythingOnEveryRoleAndMayEndInAShortChunk() {
        MirrorGeometry mirror = MirrorGeometry.raid1(3, 2 * 2048 + 3);
        assertThat(mirror.chunkBytes()).isEqualTo(1 << 20);
        assertThat(mirror.arrayBytes()).isEqualTo((2 * 2048 + 3) * 512);
        assertThat(mirror.arrayChunks()).isEqualTo(3);
        assertThat(mirror.copies()).isEqualTo(3);
        assertThat(mirror.copyRole(2, 1)).isEqualTo(1);
        assertThat(mirror.copyMemberOffset(2, 1)).isEqualTo(2 << 20);
        assertThat(mirror.arrayChunkAt(1, 2)).isEqualTo(2);
        assertThat(mirror.arrayChunkAt(1, 3)).isEqualTo(-1);
        assertThat(mirror.survives(0b110)).isTrue();
        assertThat(mirror.survives(0b111)).isFalse();
    }

    @Test
    void nearPairsSurviveOneLossEach() {
        MirrorGeometry near = MirrorGeometry.raid10(NEAR_2, 4, 8, 800);
        assertThat(near.survives(0b0101)).isTrue();
        assertThat(near.survives(0b0011)).isFalse();
        MirrorGeometry far = MirrorGeometry.raid10(FAR_2, 4, 8, 800);
        assertThat(far.survives(0b0101)).isTrue();
        assertThat(far.survives(0b1001)).isFalse();
        MirrorGeometry odd = MirrorGeometry.raid10(NEAR_2, 3, 8, 800);
        assertThat(odd.survives(0b101)).isFalse();
        assertThat(odd.survives(0b100)).isTrue();
    }

    @Test
    void nonsenseIsRefusedWithItsName() {
        refused("far sets", () -> MirrorGeometry.raid10(0x20201, 4, 8, 800));
        refused("far sets", () -> MirrorGeometry.raid10(0x40201, 4, 8, 800));
        refused("unknown bits", () -> MirrorGeometry.raid10(0x80201, 4, 8, 800));
        refused("copies=1", () -> MirrorGeometry.raid10(0x101, 4, 8, 800));
        refused("copies=0", () -> MirrorGeometry.raid10(2, 4, 8, 800));
        refused("copies=4", () -> MirrorGeometry.raid10(0x104, 3, 8, 800));
        refused("two chunks in one place", () -> MirrorGeometry.raid10(0x10202, 5, 8, 800));
        refused("chunkSectors=12", () -> MirrorGeometry.raid10(NEAR_2, 4, 12, 800));
        refused("raidDisks=1", () -> MirrorGeometry.raid1(1, 800));
        refused("componentSectors=0", () -> MirrorGeometry.raid1(2, 0));
        refused("too small", () -> MirrorGeometry.raid10(FAR_2, 4, 8, 8));
    }

    private static void refused(String why, ThrowingCallable what) {
        assertThatThrownBy(what).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(why);
    }
}
