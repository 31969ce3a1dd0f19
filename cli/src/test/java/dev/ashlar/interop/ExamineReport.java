package dev.ashlar.interop;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code mdadm --examine} or {@code --examine-bitmap} says about one member: its labels with their values, in the
 * order of printing.
 *
 * @param fields label to value, both without surrounding blanks
 */
record ExamineReport(Map<String, String> fields) {
    /** Reads what is said about one member. */
    static ExamineReport parse(String output) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String line : output.lines().toList()) {
            int colon = line.indexOf(" : ");
            if (colon > 0) {
                fields.put(line.substring(0, colon).strip(), line.substring(colon + 3).strip());
            }
        }
        return new ExamineReport(fields);
    }

    /**
     * Reads many reports.
     *
     * @param beginning what the line before a report looks like; its group 1 is the name of what is reported on
     * @return the reports by that name
     */
    static Map<String, ExamineReport> split(String text, Pattern beginning) {
        Map<String, List<String>> bodies = new LinkedHashMap<>();
        List<String> body = new ArrayList<>();
        for (String line : text.lines().toList()) {
            Matcher matcher = beginning.matcher(line);
            if (matcher.matches()) {
                body = new ArrayList<>();
                bodies.put(matcher.group(1), body);
            } else {
                body.add(line);
            }
        }
        Map<String, ExamineReport> reports = new LinkedHashMap<>();
        bodies.forEach((name, lines) -> reports.put(name, parse(String.join("\n", lines))));
        return reports;
    }
}
