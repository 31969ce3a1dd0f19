package dev.ashlar.bench.run;

import dev.ashlar.bench.Figures;
import dev.ashlar.bench.Flags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Measures a point by JMH, in a JVM of its own. */
final class Measurement {
    private static final String ALLOCATED = "gc.alloc.rate.norm";
    private static final int LAST_LINES = 3;

    private Measurement() {}

    /**
     * Every figure of every iteration, by name: {@code score} in the benchmark's unit, those of {@link Figures}, and
     * {@code gc.allocated}, what JMH's own profiler tells of bytes per operation.
     *
     * @param log takes what JMH prints
     * @throws RunnerException if the benchmark could not be run; the log says why
     */
    static Map<String, List<Double>> take(Point point, Path log) throws RunnerException {
        RunResult result = new Runner(options(point, log).build()).runSingle();
        Map<String, List<Double>> figures = new LinkedHashMap<>();
        for (BenchmarkResult fork : result.getBenchmarkResults()) {
            for (IterationResult iteration : fork.getIterationResults()) {
                add(figures, "score", iteration.getPrimaryResult().getScore());
                iteration.getSecondaryResults().forEach((name, secondary) -> {
                    if (name.endsWith(ALLOCATED)) {
                        add(figures, "gc.allocated", secondary.getScore());
                    } else if (!name.contains("gc.")) {
                        add(figures, name, secondary.getScore());
                    }
                });
            }
        }
        return figures;
    }

    private static void add(Map<String, List<Double>> figures, String name, double value) {
        figures.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
    }

    /** What the measuring JVM is started with. */
    static List<String> flags(boolean vector) {
        List<String> flags = new ArrayList<>(List.of(Flags.NATIVE, Flags.COLLECTOR, Flags.HEADERS, Flags.HEAP));
        if (vector) {
            flags.add(Flags.VECTOR);
        }
        return flags;
    }

    private static ChainedOptionsBuilder options(Point point, Path log) {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("^" + Pattern.quote(point.benchmark()) + "$")
                .forks(1)
                .threads(point.threads())
                .warmupIterations(point.warmups())
                .warmupTime(TimeValue.milliseconds(point.warmupMillis()))
                .measurementIterations(point.iterations())
                .measurementTime(TimeValue.milliseconds(point.millis()))
                .jvmArgs()
                .jvmArgsAppend(flags(point.vector()).toArray(String[]::new))
                .addProfiler(Figures.class)
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                .output(log.toString());
        point.parameters().forEach(options::param);
        return options;
    }

    /** What went wrong, in a line: the first exception of the benchmark, or the last words of a JVM that died. */
    static String complaint(Throwable failure, Path log) throws IOException {
        Throwable first = failure;
        while (first.getSuppressed().length > 0 || first.getCause() != null) {
            first = first.getSuppressed().length > 0 ? first.getSuppressed()[0] : first.getCause();
        }
        if (first != failure) {
            return first.toString();
        }
        List<String> words = Files.readAllLines(log).stream().filter(line -> !line.isBlank()).toList();
        return failure + ": " + String.join(" | ", words.subList(Math.max(0, words.size() - LAST_LINES), words.size()));
    }
}
