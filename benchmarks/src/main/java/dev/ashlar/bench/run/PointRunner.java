package dev.ashlar.bench.run;

import dev.ashlar.bench.kernel.Coders;
import dev.ashlar.raid.parity.IsaL;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Version;

/**
 * Answers each line of standard input with a line of JSON on standard output, until there are no more.
 *
 * <ul>
 *   <li>{@code describe}: the JVM, and what each implementation of parity is or why there is none;
 *   <li>{@code list}: the names of all benchmarks;
 *   <li>a {@link Point}: its figures, or {@code error} with what went wrong.
 * </ul>
 */
public final class PointRunner {
    private PointRunner() {}

    /** No arguments. */
    public static void main(String[] arguments) throws IOException {
        // JMH keeps two runs of it apart by a lock. Who starts this one decides what runs beside it.
        System.setProperty("jmh.ignoreLock", "true");
        PrintStream answers = System.out;
        System.setOut(System.err);
        Path log = Files.createTempFile("ashlar-bench", ".log");
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                answers.println(Json.of(answer(line, log)));
                answers.flush();
            }
        } finally {
            Files.delete(log);
        }
    }

    private static Map<String, Object> answer(String line, Path log) throws IOException {
        Map<String, Object> answer = new LinkedHashMap<>();
        switch (line) {
            case "describe" -> {
                answer.put("java", System.getProperty("java.vendor") + " " + Runtime.version());
                answer.put("versions", Map.of("JMH", Version.getPlainVersion()));
                answer.put("flags", Measurement.flags(true));
                answer.put("ours", Coders.ours());
                answer.put("isal", IsaL.available());
                answer.put("implementations", Coders.descriptions());
            }
            case "list" -> answer.put("benchmarks", benchmarks());
            default -> measure(line, log, answer);
        }
        return answer;
    }

    private static void measure(String line, Path log, Map<String, Object> answer) throws IOException {
        try {
            answer.putAll(Measurement.take(Point.parse(line), log));
        } catch (RunnerException | RuntimeException e) {
            answer.put("error", Measurement.complaint(e, log));
        }
    }

    static List<String> benchmarks() {
        TreeSet<String> names = new TreeSet<>();
        for (BenchmarkListEntry entry : BenchmarkList.defaultList()
                .getAll(OutputFormatFactory.createFormatInstance(System.err, VerboseMode.SILENT), List.of())) {
            names.add(entry.getUsername());
        }
        return List.copyOf(names);
    }
}
