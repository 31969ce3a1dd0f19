package dev.ashlar.interop;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code mdadm --examine} or {@code --examine-bitmap} says about one member: its labels with their values, in the
 * order of printing.
 *
 * @param fields label to value, both without surrounding blanks
 */
record ExamineReport(Map<String, String> fields) {
    private static final String SECTION = "### mdadm ";

    /** Reads the output of one call for one member. */
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
     * Reads a file of many reports, each after a line such as {@code ### mdadm --examine m0.img}.
     *
     * @param option the mdadm option whose reports are wanted, such as {@code --examine}
     * @return the reports by member file
     */
    static Map<String, ExamineReport> parseAll(String text, String option) {
        Map<String, ExamineReport> reports = new LinkedHashMap<>();
        List<String> body = new ArrayList<>();
        String file = null;
        for (String line : text.lines().toList()) {
            if (!line.startsWith(SECTION)) {
                body.add(line);
                continue;
            }
            if (file != null) {
                reports.put(file, parse(String.join("\n", body)));
            }
            body.clear();
            String call = line.substring(SECTION.length());
            file = call.startsWith(option + " ") ? call.substring(option.length() + 1) : null;
        }
        if (file != null) {
            reports.put(file, parse(String.join("\n", body)));
        }
        return reports;
    }
}
