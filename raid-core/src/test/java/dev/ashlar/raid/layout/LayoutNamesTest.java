package dev.ashlar.raid.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.raid.RaidLevel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayoutNamesTest {
    @ParameterizedTest
    @CsvSource({
        "RAID5, left-symmetric, 2", "RAID5, left-asymmetric, 0", "RAID5, right-symmetric, 3",
        "RAID5, right-asymmetric, 1", "RAID5, parity-first, 4", "RAID5, parity-last, 5",
        "RAID6, left-symmetric, 2", "RAID6, ddf-zero-restart, 8", "RAID6, ddf-N-restart, 9",
        "RAID6, ddf-N-continue, 10", "RAID6, left-asymmetric-6, 16", "RAID6, right-asymmetric-6, 17",
        "RAID6, left-symmetric-6, 18", "RAID6, right-symmetric-6, 19", "RAID6, parity-first-6, 20",
        "RAID10, n2, 0x102", "RAID10, f2, 0x201", "RAID10, o3, 0x10301",
        "RAID0, original, 1", "RAID0, alternate, 2",
    })
    void canonicalNamesGoBothWays(RaidLevel level, String name, String number) {
        assertThat(LayoutNames.parse(level, name)).isEqualTo(Integer.decode(number));
        assertThat(LayoutNames.name(level, Integer.decode(number))).isEqualTo(name);
    }

    @ParameterizedTest
    @CsvSource({"RAID5, ls, 2", "RAID6, la, 0", "RAID5, RS, 3", "RAID6, ra, 1", "RAID6, DDF-n-restart, 9",
        "RAID0, dangerous, 0", "RAID10, N4, 0x104"})
    void shortNamesAndAnyCaseAreUnderstood(RaidLevel level, String name, String number) {
        assertThat(LayoutNames.parse(level, name)).isEqualTo(Integer.decode(number));
    }

    @ParameterizedTest
    @CsvSource({"RAID5, ddf-N-restart, left-symmetric (2)", "RAID6, left, parity-first-6 (20)", "RAID10, x2, n2",
        "RAID10, n, n2", "RAID10, n1, copies=1", "RAID10, n33, copies=33", "RAID0, n2, original (1)",
        "RAID1, ls, single layout", "RAID4, parity-last, single layout"})
    void unknownNamesAreRefusedWithTheLegalOnes(RaidLevel level, String name, String message) {
        assertThatThrownBy(() -> LayoutNames.parse(level, name))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining(message);
    }

    @Test
    void layoutsWithoutANameAreEmpty() {
        assertThat(LayoutNames.name(RaidLevel.RAID1, 0)).isEmpty();
        assertThat(LayoutNames.name(RaidLevel.RAID4, 0)).isEmpty();
        assertThat(LayoutNames.name(RaidLevel.RAID0, 0)).isEmpty();
        assertThat(LayoutNames.name(RaidLevel.RAID6, 7)).isEmpty();
        assertThat(LayoutNames.name(RaidLevel.RAID10, 0x202)).isEmpty();
        assertThat(LayoutNames.parse(RaidLevel.RAID4, "")).isZero();
    }

    @Test
    void defaultsAreMdadms() {
        assertThat(LayoutNames.name(RaidLevel.RAID5, LayoutNames.defaultLayout(RaidLevel.RAID5)))
                .isEqualTo("left-symmetric");
        assertThat(LayoutNames.name(RaidLevel.RAID6, LayoutNames.defaultLayout(RaidLevel.RAID6)))
                .isEqualTo("left-symmetric");
        assertThat(LayoutNames.name(RaidLevel.RAID10, LayoutNames.defaultLayout(RaidLevel.RAID10))).isEqualTo("n2");
        assertThat(LayoutNames.defaultLayout(RaidLevel.RAID0)).isZero();
    }
}
