package dev.ashlar.nbd.metrics;

import java.io.IOException;
import java.math.BigDecimal;

/**
 * Writes the text format of OpenMetrics 1.0 ("Text format" of the specification), from which plain Prometheus differs
 * only where it cannot be told.
 *
 * <pre>
 *  # TYPE name type
 *  # UNIT name unit
 *  # HELP name text
 *  name_suffix{label="value",...} value
 *  ...
 *  # EOF
 * </pre>
 *
 * <p>The caller gives all samples of a family together, and the suffixes that belong to its type.
 */
public final class OpenMetricsWriter {
    /** What an HTTP response says it is. */
    public static final String MEDIA_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /** Below ten to this, numbers are written with an exponent. */
    private static final int LEAST_PLAIN_EXPONENT = -4;

    private static final int NANO_DIGITS = 9;

    private final Appendable out;
    private String family;

    /** Writes to {@code out}, which stays its owner's. */
    public OpenMetricsWriter(Appendable out) {
        this.out = out;
    }

    /**
     * Begins a family.
     *
     * @param name ends in {@code _unit} where there is one
     * @param type "counter", "gauge" or "histogram"
     * @param unit "" for none
     * @param help a sentence
     */
    public void family(String name, String type, String unit, String help) throws IOException {
        if (!unit.isEmpty() && !name.endsWith("_" + unit)) {
            throw new IllegalArgumentException("name=" + name + " unit=" + unit);
        }
        family = name;
        out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
        if (!unit.isEmpty()) {
            out.append("# UNIT ").append(name).append(' ').append(unit).append('\n');
        }
        out.append("# HELP ").append(name).append(' ').append(escaped(help)).append('\n');
    }

    /**
     * A sample of the family.
     *
     * @param suffix "_total" for counters, "" for gauges
     * @param labels names and values in turn
     */
    public void sample(String suffix, long value, String... labels) throws IOException {
        name(suffix, labels);
        out.append(' ').append(Long.toString(value)).append('\n');
    }

    /** A sample in seconds. */
    public void seconds(String suffix, long nanos, String... labels) throws IOException {
        name(suffix, labels);
        out.append(' ').append(seconds(nanos)).append('\n');
    }

    /** The end, after which nothing may follow. */
    public void end() throws IOException {
        out.append("# EOF\n");
    }

    private void name(String suffix, String... labels) throws IOException {
        if (labels.length % 2 != 0) {
            throw new IllegalArgumentException("labels.length=" + labels.length);
        }
        out.append(family).append(suffix);
        for (int i = 0; i < labels.length; i += 2) {
            out.append(i == 0 ? '{' : ',').append(labels[i]).append("=\"").append(escaped(labels[i + 1])).append('"');
        }
        if (labels.length > 0) {
            out.append('}');
        }
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\"", "\\\"");
    }

    /** Seconds as the format wants floating-point numbers, exactly. */
    public static String seconds(long nanos) {
        if (nanos == 0) {
            return "0.0";
        }
        BigDecimal value = BigDecimal.valueOf(nanos, NANO_DIGITS).stripTrailingZeros();
        int exponent = value.precision() - value.scale() - 1;
        if (exponent >= LEAST_PLAIN_EXPONENT) {
            String plain = value.toPlainString();
            return plain.indexOf('.') < 0 ? plain + ".0" : plain;
        }
        return value.movePointLeft(exponent).toPlainString() + "e-0" + -exponent;
    }
}
