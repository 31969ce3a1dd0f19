package dev.ashlar.cli.show;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SizesTest {
    @ParameterizedTest
    @CsvSource({
        "512K,524288", "512k,524288", "256M,268435456", "1G,1073741824", "2T,2199023255552", "4096,4096", "64KiB,65536",
        "3MB,3145728", "7E,8070450532247928832"
    })
    void readsSizesWithUnits(String text, long bytes) {
        assertThat(Sizes.parse(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "K", "-1K", "1.5G", "1 G", "10X", "8E", "99999999999999999999"})
    void refusesWhatIsNoSize(String text) {
        assertThatThrownBy(() -> Sizes.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("size");
    }

    @Test
    void showsSizesForPeople() {
        assertThat(Sizes.format(0)).isEqualTo("0 B");
        assertThat(Sizes.format(1023)).isEqualTo("1023 B");
        assertThat(Sizes.format(1024)).isEqualTo("1 KiB");
        assertThat(Sizes.format(3 << 19)).isEqualTo("1.5 MiB");
        assertThat(Sizes.format(1L << 40)).isEqualTo("1 TiB");
        assertThat(Sizes.format(Long.MAX_VALUE)).isEqualTo("8 EiB");
    }
}
