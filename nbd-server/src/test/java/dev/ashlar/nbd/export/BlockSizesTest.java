package dev.ashlar.nbd.export;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlockSizesTest {

    @ParameterizedTest
    @CsvSource({
        "512, 512", "4096, 4096", "524288, 524288", "2097152, 2097152", "33554432, 33554432",
        "3145728, 4096", "67108864, 4096", "256, 4096", "1, 4096", "0, 4096", "-2147483648, 4096", "1000, 4096"
    })
    void preferredSizeIsTheDevicesOwnWhereTheProtocolAllowsIt(int optimalIoBytes, int preferred) {
        assertThat(BlockSizes.forDevice(optimalIoBytes)).isEqualTo(new BlockSizes(1, preferred, 64 << 20));
    }
}
