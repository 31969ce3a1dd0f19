package dev.ashlar.bench.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.bench.ScriptsTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Param;

/** What the script asks for is there: benchmarks by their names, and parameters of theirs. */
class PlannedPointsTest {
    @Test
    void everyPlannedPointNamesABenchmarkAndItsParameters() throws Exception {
        List<String> benchmarks = PointRunner.benchmarks();
        List<String> lines = ScriptsTest.run("suite/bench", "--lines", "--disk", System.getProperty("java.io.tmpdir"));
        assertThat(lines).hasSizeGreaterThan(300);
        for (String line : lines) {
            Point point = Point.parse(line);
            assertThat(benchmarks).contains(point.benchmark());
            Class<?> type = Class.forName(point.benchmark().substring(0, point.benchmark().lastIndexOf('.')));
            assertThat(parameters(type)).as(line).containsAll(point.parameters().keySet());
        }
    }

    private static List<String> parameters(Class<?> type) {
        List<String> names = new ArrayList<>();
        for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            for (var field : each.getDeclaredFields()) {
                if (field.isAnnotationPresent(Param.class)) {
                    names.add(field.getName());
                }
            }
        }
        return names;
    }

    @Test
    void readsWhatIsSaidAndTakesTheRestAsUsual() {
        Point point = Point.parse("a.B.c\tthreads=2\tvector=0\tparam.x=1=2");
        assertThat(point.benchmark()).isEqualTo("a.B.c");
        assertThat(point.threads()).isEqualTo(2);
        assertThat(point.vector()).isFalse();
        assertThat(point.iterations()).isPositive();
        assertThat(point.parameters()).isEqualTo(Map.of("x", "1=2"));
        assertThatThrownBy(() -> Point.parse("a.B.c\tthread=2")).hasMessageContaining("thread");
        assertThatThrownBy(() -> Point.parse("a.B.c\tthreads")).hasMessageContaining("threads");
    }

    @Test
    void jsonKeepsWhatItIsGiven() {
        assertThat(Json.of(Map.of("a\"\n", List.of(1, 2.5, Double.NaN, true, "\\"))))
                .isEqualTo("{\"a\\\"\\u000a\": [1, 2.5, null, true, \"\\\\\"]}");
    }
}
