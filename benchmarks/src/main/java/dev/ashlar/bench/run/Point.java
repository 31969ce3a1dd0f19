package dev.ashlar.bench.run;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One measurement: a benchmark with all its parameters, in a new JVM.
 *
 * <p>As text it is fields separated by tabs: the name of the benchmark, then {@code key=value}. Keys are those of this
 * record's components, and {@code param.NAME} for parameters of the benchmark.
 *
 * @param benchmark class and method, with the package
 * @param threads how many call it
 * @param warmups iterations whose result does not count
 * @param warmupMillis how long each of them takes; passes take as long as they take
 * @param iterations iterations that count
 * @param millis how long each of them takes
 * @param vector whether the JVM has the Vector API
 * @param parameters by name; those not named have their first value
 */
record Point(
        String benchmark,
        int threads,
        int warmups,
        int warmupMillis,
        int iterations,
        int millis,
        boolean vector,
        Map<String, String> parameters) {
    private static final String PARAMETER = "param.";

    /** Reads the text form. */
    static Point parse(String line) {
        String[] fields = line.split("\t");
        Map<String, String> values = new LinkedHashMap<>();
        Map<String, String> parameters = new LinkedHashMap<>();
        for (int i = 1; i < fields.length; i++) {
            int equals = fields[i].indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("no key=value: field=" + fields[i]);
            }
            String key = fields[i].substring(0, equals);
            String value = fields[i].substring(equals + 1);
            if (key.startsWith(PARAMETER)) {
                parameters.put(key.substring(PARAMETER.length()), value);
            } else {
                values.put(key, value);
            }
        }
        Point point = new Point(fields[0], take(values, "threads", 1), take(values, "warmups", 1),
                take(values, "warmupMillis", 500), take(values, "iterations", 5), take(values, "millis", 100),
                take(values, "vector", 1) != 0, parameters);
        if (!values.isEmpty()) {
            throw new IllegalArgumentException("unknown keys=" + values.keySet());
        }
        return point;
    }

    private static int take(Map<String, String> values, String key, int otherwise) {
        String value = values.remove(key);
        return value == null ? otherwise : Integer.parseInt(value);
    }
}
