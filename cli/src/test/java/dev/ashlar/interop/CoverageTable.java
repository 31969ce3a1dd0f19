package dev.ashlar.interop;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** What a suite has covered, a row for each array, printed at its end. */
final class CoverageTable {
    private final Map<String, Map<String, String>> rows = new LinkedHashMap<>();
    private final Set<String> columns = new LinkedHashSet<>();

    /** Fills a cell. */
    void put(String row, String column, String value) {
        columns.add(column);
        rows.computeIfAbsent(row, _ -> new LinkedHashMap<>()).put(column, value);
    }

    /** Prints the table, unless nothing was covered. */
    void print(String title) {
        if (rows.isEmpty()) {
            return;
        }
        StringBuilder text = new StringBuilder(title).append(": ").append(rows.size()).append(" rows\n");
        text.append("%-34s".formatted("array"));
        columns.forEach(column -> text.append("%-16s".formatted(column)));
        rows.forEach((row, cells) -> {
            text.append("\n%-34s".formatted(row));
            columns.forEach(column -> text.append("%-16s".formatted(cells.getOrDefault(column, "-"))));
        });
        System.out.println(text);
    }
}
