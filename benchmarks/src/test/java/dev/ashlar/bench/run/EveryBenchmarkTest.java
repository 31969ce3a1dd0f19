package dev.ashlar.bench.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.bench.Figures;
import dev.ashlar.bench.kernel.Coders;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Every benchmark starts, runs and ends, on little data and for a moment. How fast it is says nothing here. */
class EveryBenchmarkTest {
    @TempDir
    private Path logs;

    @TempDir
    private Path images;

    static List<String> benchmarks() {
        return PointRunner.benchmarks();
    }

    @ParameterizedTest
    @MethodSource("benchmarks")
    void runs(String benchmark) throws Exception {
        System.setProperty("jmh.ignoreLock", "true");
        System.setProperty("ashlar.bench.patience", "0");
        RunResult result = new Runner(new OptionsBuilder()
                        .include("^" + Pattern.quote(benchmark) + "$")
                        .forks(0)
                        .warmupIterations(0)
                        .measurementIterations(1)
                        .measurementTime(TimeValue.milliseconds(5))
                        .timeUnit(TimeUnit.SECONDS)
                        .addProfiler(Figures.class)
                        .shouldFailOnError(true)
                        .param("implementation", Coders.BEST)
                        .param("length", "4096")
                        .param("blocks", "4")
                        .param("place", "CACHE")
                        .param("level", "RAID6")
                        .param("memberMib", "16")
                        .param("fileMib", "16")
                        .param("style", "EXTENDED")
                        .param("kind", "HEAP")
                        .param("folder", images.toString())
                        .output(logs.resolve("log").toString())
                        .build())
                .runSingle();
        assertThat(result.getPrimaryResult().getScore()).isPositive();
        assertThat(result.getSecondaryResults()).containsKeys("rate", "cpu");
        try (Stream<Path> left = Files.list(images)) {
            assertThat(left).isEmpty();
        }
    }
}
