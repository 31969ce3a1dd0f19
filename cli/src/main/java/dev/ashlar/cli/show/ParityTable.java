package dev.ashlar.cli.show;

import dev.ashlar.raid.parity.ParityOperation;
import dev.ashlar.raid.parity.ParitySpeeds;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Ways to compute parity with their speeds: a line an operation, a column an implementation. */
public final class ParityTable {
    private ParityTable() {}

    /** For people; ends with a line end. */
    public static String text(ParitySpeeds speeds) {
        List<ParitySpeeds.Column> shown = speeds.columns().stream().filter(ParitySpeeds.Column::checked).toList();
        StringBuilder text = new StringBuilder("GB/s          ");
        shown.forEach(column -> text.append("%10s ".formatted(column.implementation().optionName())));
        text.append('\n');
        for (ParityOperation operation : ParityOperation.values()) {
            text.append("%-14s".formatted(operation.title()));
            shown.forEach(column -> text.append("%10s%s".formatted(
                    number(column.gigabytesPerSecond().get(operation)), column.chosen().contains(operation) ? "*" : " ")));
            text.append('\n');
        }
        text.append("Data read, in 10^9 bytes per second of one thread's CPU time: ").append(ParitySpeeds.blocks())
                .append(" blocks of ").append(Sizes.format(ParitySpeeds.blockBytes()))
                .append(" in the caches.\nAll here agree with scalar, the reference; * is taken by itself.\n");
        speeds.columns().forEach(column -> text.append("%-10s %s%n".formatted(
                column.implementation().optionName() + ":",
                (column.checked() ? "" : "not available: ") + Printable.of(column.description()))));
        return text.toString().replaceAll(" +\n", "\n");
    }

    /** For programs. */
    public static Map<String, Object> json(ParitySpeeds speeds) {
        List<Object> implementations = new ArrayList<>();
        for (ParitySpeeds.Column column : speeds.columns()) {
            List<Object> operations = new ArrayList<>();
            column.gigabytesPerSecond().forEach((operation, speed) -> {
                Map<String, Object> map = new LinkedHashMap<>();
                map.put("operation", operation.title());
                map.put("gigabytesPerSecond", Math.round(speed * 100) / 100.0);
                map.put("chosen", column.chosen().contains(operation));
                operations.add(map);
            });
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("name", column.implementation().optionName());
            map.put("checked", column.checked());
            map.put("description", column.description());
            map.put("operations", operations);
            implementations.add(map);
        }
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("dataBlocks", (long) ParitySpeeds.blocks());
        map.put("blockBytes", (long) ParitySpeeds.blockBytes());
        map.put("implementations", implementations);
        return map;
    }

    private static String number(double gigabytesPerSecond) {
        return String.format(Locale.ROOT, gigabytesPerSecond < 10 ? "%.2f" : "%.1f", gigabytesPerSecond);
    }
}
