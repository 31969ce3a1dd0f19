package dev.ashlar.raid.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.raid.RaidLevel;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParityGeometryTest {
    private static final long SIZE = 1 << 20;

    /** One stripe as a picture: P, Q, and the logical index of data, by role. */
    private static String picture(ParityGeometry geometry, long stripe) {
        StringBuilder picture = new StringBuilder();
        for (int role = 0; role < geometry.raidDisks(); role++) {
            int index = geometry.dataIndex(stripe, role);
            picture.append(role == geometry.pRole(stripe) ? "P" : role == geometry.qRole(stripe) ? "Q" : index);
        }
        return picture.toString();
    }

    private static String exponents(ParityGeometry geometry, long stripe) {
        StringBuilder exponents = new StringBuilder();
        for (int index = 0; index < geometry.dataDisks(); index++) {
            exponents.append(geometry.exponent(stripe, index));
        }
        return exponents.toString();
    }

    @ParameterizedTest
    @CsvSource({
        "RAID4,  0, 012P 012P 012P 012P 012P",
        "RAID5,  0, 012P 01P2 0P12 P012 012P",
        "RAID5,  1, P012 0P12 01P2 012P P012",
        "RAID5,  2, 012P 12P0 2P01 P012 012P",
        "RAID5,  3, P012 2P01 12P0 012P P012",
        "RAID5,  4, P012 P012 P012 P012 P012",
        "RAID5,  5, 012P 012P 012P 012P 012P",
    })
    void fourDiskStripesLookAsMdDrawsThem(RaidLevel level, int layout, String pictures) {
        ParityGeometry geometry = ParityGeometry.of(level, layout, 4, 8, SIZE);
        String[] stripes = pictures.split(" ");
        for (int stripe = 0; stripe < stripes.length; stripe++) {
            assertThat(picture(geometry, stripe)).as("stripe %d", stripe).isEqualTo(stripes[stripe]);
        }
    }

    @ParameterizedTest
    @CsvSource({
        " 0, Q012P 012PQ 01PQ2 0PQ12 PQ012 Q012P",
        " 1, PQ012 0PQ12 01PQ2 012PQ Q012P PQ012",
        " 2, Q012P 012PQ 12PQ0 2PQ01 PQ012 Q012P",
        " 3, PQ012 2PQ01 12PQ0 012PQ Q012P PQ012",
        " 4, PQ012 PQ012 PQ012 PQ012 PQ012 PQ012",
        " 5, 012PQ 012PQ 012PQ 012PQ 012PQ 012PQ",
        " 8, PQ012 0PQ12 01PQ2 012PQ Q012P PQ012",
        " 9, 012PQ 01PQ2 0PQ12 PQ012 Q012P 012PQ",
        "10, 012QP 12QP0 2QP01 QP012 P012Q 012QP",
        "16, 012PQ 01P2Q 0P12Q P012Q 012PQ 01P2Q",
        "17, P012Q 0P12Q 01P2Q 012PQ P012Q 0P12Q",
        "18, 012PQ 12P0Q 2P01Q P012Q 012PQ 12P0Q",
        "19, P012Q 2P01Q 12P0Q 012PQ P012Q 2P01Q",
        "20, P012Q P012Q P012Q P012Q P012Q P012Q",
    })
    void fiveDiskDoubleParityStripesLookAsMdDrawsThem(int layout, String pictures) {
        ParityGeometry geometry = ParityGeometry.of(RaidLevel.RAID6, layout, 5, 8, SIZE);
        String[] stripes = pictures.split(" ");
        for (int stripe = 0; stripe < stripes.length; stripe++) {
            assertThat(picture(geometry, stripe)).as("stripe %d", stripe).isEqualTo(stripes[stripe]);
        }
    }

    @Test
    void leftAsymmetricCoefficientsStartAfterQ() {
        ParityGeometry geometry = ParityGeometry.of(RaidLevel.RAID6, 0, 6, 8, SIZE);
        assertThat(picture(geometry, 3)).isEqualTo("01PQ23");
        assertThat(exponents(geometry, 3)).isEqualTo("2301");
        // P on the last role and Q on the first: the data in between count from 0.
        assertThat(picture(geometry, 0)).isEqualTo("Q0123P");
        assertThat(exponents(geometry, 0)).isEqualTo("0123");
    }

    @Test
    void ddfCoefficientsAreRolesWithGaps() {
        ParityGeometry geometry = ParityGeometry.of(RaidLevel.RAID6, 10, 5, 8, SIZE);
        assertThat(picture(geometry, 1)).isEqualTo("12QP0");
        assertThat(exponents(geometry, 1)).isEqualTo("401");
        assertThat(geometry.exponentCount()).isEqualTo(5);
    }

    @Test
    void symmetricSixCoefficientsCountRoles() {
        ParityGeometry geometry = ParityGeometry.of(RaidLevel.RAID6, 18, 5, 8, SIZE);
        assertThat(picture(geometry, 1)).isEqualTo("12P0Q");
        assertThat(exponents(geometry, 1)).isEqualTo("201");
        assertThat(geometry.exponentCount()).isEqualTo(3);
    }

    @Test
    void sizesAreWholeChunks() {
        ParityGeometry geometry = ParityGeometry.of(RaidLevel.RAID6, 2, 6, 128, 1000);
        assertThat(geometry.chunkBytes()).isEqualTo(65536);
        assertThat(geometry.stripes()).isEqualTo(7);
        assertThat(geometry.stripeDataBytes()).isEqualTo(4 * 65536);
        assertThat(geometry.arrayBytes()).isEqualTo(7 * 4 * 65536);
        assertThatThrownBy(() -> geometry.pRole(7)).isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("stripe=7");
        assertThatThrownBy(() -> geometry.dataRole(0, 4)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> geometry.dataIndex(0, -1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void arrayBeyondTwoToThe32SectorsKeepsItsPrecision() {
        long sectors = (1L << 40) + 77;
        ParityGeometry geometry = ParityGeometry.of(RaidLevel.RAID5, 2, 5, 1024, sectors);
        assertThat(geometry.stripes()).isEqualTo(1L << 30);
        assertThat(geometry.arrayBytes()).isEqualTo((1L << 30) * 4 * 524288);
        long stripe = (1L << 30) - 1;
        assertThat(stripe % 5).isEqualTo(3);
        assertThat(picture(geometry, stripe)).isEqualTo("3P012");
        assertThat(geometry.stripeOf(stripe * 4 + 2)).isEqualTo(stripe);
        assertThat(geometry.indexOf(stripe * 4 + 2)).isEqualTo(2);
    }

    @Test
    void nonsenseIsRefusedWithItsName() {
        refused("raidDisks=1", () -> ParityGeometry.of(RaidLevel.RAID5, 2, 1, 8, SIZE));
        refused("raidDisks=33", () -> ParityGeometry.of(RaidLevel.RAID5, 2, 33, 8, SIZE));
        refused("raidDisks=3", () -> ParityGeometry.of(RaidLevel.RAID6, 2, 3, 8, SIZE));
        refused("layout=6", () -> ParityGeometry.of(RaidLevel.RAID5, 6, 4, 8, SIZE));
        refused("layout=7", () -> ParityGeometry.of(RaidLevel.RAID6, 7, 4, 8, SIZE));
        refused("layout=2", () -> ParityGeometry.of(RaidLevel.RAID4, 2, 4, 8, SIZE));
        refused("level=raid1", () -> ParityGeometry.of(RaidLevel.RAID1, 0, 4, 8, SIZE));
        refused("chunkSectors=24", () -> ParityGeometry.of(RaidLevel.RAID5, 2, 4, 24, SIZE));
        refused("chunkSectors=4", () -> ParityGeometry.of(RaidLevel.RAID5, 2, 4, 4, SIZE));
        refused("chunkSectors=262144", () -> ParityGeometry.of(RaidLevel.RAID5, 2, 4, 262144, SIZE));
        refused("componentSectors=7", () -> ParityGeometry.of(RaidLevel.RAID5, 2, 4, 8, 7));
        refused("2^63", () -> ParityGeometry.of(RaidLevel.RAID5, 2, 32, 8, Long.MAX_VALUE / 512));
    }

    private static void refused(String why, ThrowingCallable what) {
        assertThatThrownBy(what).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(why);
    }
}
