package dev.ashlar.nbd.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenMetricsWriterTest {
    private final StringBuilder text = new StringBuilder();
    private final OpenMetricsWriter writer = new OpenMetricsWriter(text);

    @Test
    void familyWithSamplesAndTheEnd() throws IOException {
        writer.family("nbd_read_bytes", "counter", "bytes", "What \"was\" read.\nAll of it: \\.");
        writer.sample("_total", 42, "export", "a\"b\\c\nd", "command", "read");
        writer.sample("_total", 0);
        writer.family("nbd_things", "gauge", "", "Things.");
        writer.seconds("", 1_500_000_000);
        writer.end();
        assertThat(text).hasToString("""
                # TYPE nbd_read_bytes counter
                # UNIT nbd_read_bytes bytes
                # HELP nbd_read_bytes What \\"was\\" read.\\nAll of it: \\\\.
                nbd_read_bytes_total{export="a\\"b\\\\c\\nd",command="read"} 42
                nbd_read_bytes_total 0
                # TYPE nbd_things gauge
                # HELP nbd_things Things.
                nbd_things 1.5
                # EOF
                """);
    }

    @ParameterizedTest
    @CsvSource({"0, 0.0", "1, 1e-09", "1000, 1e-06", "64000, 6.4e-05", "99999, 9.9999e-05", "100000, 0.0001",
        "128000, 0.000128", "1024000, 0.001024", "1000000000, 1.0", "10000000000, 10.0", "16777216000, 16.777216"})
    void secondsAreWrittenInTheCanonicalForm(long nanos, String expected) {
        assertThat(OpenMetricsWriter.seconds(nanos)).isEqualTo(expected);
        assertThat(Double.parseDouble(expected)).isEqualTo(nanos / 1e9);
    }

    @Test
    void namesWithoutTheirUnitAndHalfLabelsAreRefused() {
        assertThatThrownBy(() -> writer.family("nbd_read", "counter", "bytes", ""))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("unit=bytes");
        assertThatThrownBy(() -> writer.sample("", 1, "export"))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("labels.length=1");
    }
}
