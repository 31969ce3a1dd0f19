package dev.ashlar.nbd.server;

import dev.ashlar.nbd.metrics.OpenMetricsWriter;
import dev.ashlar.nbd.protocol.Command;
import dev.ashlar.nbd.transmission.CommandTotals;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** The families that tell what requests have done. A command that nobody has sent is left out. */
final class RequestMetrics {

    /**
     * Something that has served requests.
     *
     * @param labels names and values in turn
     */
    record Source(CommandTotals totals, String... labels) {}

    private final String prefix;
    private final String whose;
    private final List<Source> sources;

    /**
     * @param prefix of the families' names
     * @param whose how the help texts call a source
     */
    RequestMetrics(String prefix, String whose, List<Source> sources) {
        this.prefix = prefix;
        this.whose = whose;
        this.sources = sources;
    }

    void write(OpenMetricsWriter writer) throws IOException {
        operations(writer);
        errors(writer);
        bytes(writer, "read", Command.READ);
        bytes(writer, "written", Command.WRITE);
        latencies(writer);
    }

    private void operations(OpenMetricsWriter writer) throws IOException {
        writer.family(prefix + "_operations", "counter", "", "Requests " + whose + " answered, failed ones included.");
        for (Source source : sources) {
            for (int command = 0; command < CommandTotals.commands(); command++) {
                if (source.totals().operations(command) > 0) {
                    writer.sample("_total", source.totals().operations(command), labels(source, command));
                }
            }
        }
    }

    private void errors(OpenMetricsWriter writer) throws IOException {
        writer.family(prefix + "_errors", "counter", "", "Requests " + whose + " answered with an error.");
        for (Source source : sources) {
            for (int command = 0; command < CommandTotals.commands(); command++) {
                if (source.totals().operations(command) > 0) {
                    writer.sample("_total", source.totals().errors(command), labels(source, command));
                }
            }
        }
    }

    private void bytes(OpenMetricsWriter writer, String what, int command) throws IOException {
        writer.family(prefix + "_" + what + "_bytes", "counter", "bytes", "Bytes " + whose + " " + what + ".");
        for (Source source : sources) {
            writer.sample("_total", source.totals().bytes(command), source.labels());
        }
    }

    private void latencies(OpenMetricsWriter writer) throws IOException {
        writer.family(prefix + "_latency_seconds", "histogram", "seconds",
                "Time that requests " + whose + " took, from their arrival to their answer.");
        for (Source source : sources) {
            for (int command = 0; command < CommandTotals.commands(); command++) {
                if (source.totals().operations(command) > 0) {
                    histogram(writer, source.totals(), command, labels(source, command));
                }
            }
        }
    }

    private static void histogram(OpenMetricsWriter writer, CommandTotals totals, int command, String[] labels)
            throws IOException {
        for (int bound = 0; bound < CommandTotals.BOUNDS; bound++) {
            String le = OpenMetricsWriter.seconds(CommandTotals.boundNanos(bound));
            writer.sample("_bucket", totals.atMost(command, bound), with(labels, "le", le));
        }
        writer.sample("_bucket", totals.operations(command), with(labels, "le", "+Inf"));
        writer.sample("_count", totals.operations(command), labels);
        writer.seconds("_sum", totals.nanos(command), labels);
    }

    private static String[] labels(Source source, int command) {
        return with(source.labels(), "command", CommandTotals.name(command));
    }

    private static String[] with(String[] labels, String name, String value) {
        String[] more = Arrays.copyOf(labels, labels.length + 2);
        more[labels.length] = name;
        more[labels.length + 1] = value;
        return more;
    }
}
