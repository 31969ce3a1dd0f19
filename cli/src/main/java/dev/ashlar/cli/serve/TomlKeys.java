package dev.ashlar.cli.serve;

import dev.ashlar.cli.result.CommandFailure;
import dev.ashlar.cli.result.ExitCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.tomlj.TomlArray;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/** A TOML table whose keys are asked for by name and type. Whatever is wrong is refused with its line and column. */
final class TomlKeys {
    private final Path file;
    private final TomlTable table;

    /**
     * @param where the table's name, for people
     * @param known every key that it may have
     * @throws CommandFailure if it has another
     */
    TomlKeys(Path file, TomlTable table, String where, Set<String> known) throws CommandFailure {
        this.file = file;
        this.table = table;
        for (String key : table.keySet()) {
            if (!known.contains(key)) {
                throw failure(key, "unknown key '" + key + "' in " + where + ", which knows "
                        + String.join(", ", known.stream().sorted().toList()));
            }
        }
    }

    /** A string; the fallback when the key is not there. */
    String text(String key, String fallback) throws CommandFailure {
        return value(key, String.class, "a string", fallback);
    }

    /** True or false. */
    Boolean flag(String key, Boolean fallback) throws CommandFailure {
        return value(key, Boolean.class, "true or false", fallback);
    }

    /** A whole number, null when the key is not there. */
    Integer number(String key) throws CommandFailure {
        Long number = value(key, Long.class, "a whole number", null);
        if (number != null && (number < 0 || number > Integer.MAX_VALUE)) {
            throw failure(key, key + " is out of range");
        }
        return number == null ? null : number.intValue();
    }

    /** Something written as a string, such as an address or a duration; null when the key is not there. */
    <T> T parsed(String key, Function<String, T> parse) throws CommandFailure {
        Object value = table.get(List.of(key));
        if (value != null && !(value instanceof String)) {
            throw failure(key, key + " must be a string" + hint(value, parse));
        }
        return value == null ? null : parse(key, (String) value, parse);
    }

    /** What the string could be that should stand there. */
    private static String hint(Object value, Function<String, ?> parse) {
        if (value instanceof TomlArray || value instanceof TomlTable) {
            return "";
        }
        try {
            parse.apply(value.toString());
            return ": \"" + value + "\"";
        } catch (IllegalArgumentException e) {
            return ": " + e.getMessage();
        }
    }

    /** Something written as a string, or as a number without any unit; null when the key is not there. */
    <T> T parsedNumber(String key, Function<String, T> parse) throws CommandFailure {
        return table.get(List.of(key)) instanceof Long number
                ? parse(key, number.toString(), parse)
                : parsed(key, parse);
    }

    /** A string, or a list of strings; empty when the key is not there. */
    <T> List<T> list(String key, Function<String, T> parse) throws CommandFailure {
        Object value = table.get(List.of(key));
        requireNotEmpty(key, value);
        List<T> list = new ArrayList<>();
        if (value instanceof String text) {
            list.add(parse(key, text, parse));
        } else if (value != null && !(value instanceof TomlArray)) {
            throw failure(key, key + " must be a string or a list of strings");
        }
        for (int index = 0; value instanceof TomlArray array && index < array.size(); index++) {
            if (!(array.get(index) instanceof String text)) {
                throw failure(array.inputPositionOf(index), key + " must hold strings only");
            }
            list.add(parse(array.inputPositionOf(index), text, parse));
        }
        return list;
    }

    /** Nothing in a list is not the same as no list, and what was meant by it is not guessed. */
    private void requireNotEmpty(String key, Object value) throws CommandFailure {
        if (value instanceof TomlArray array && array.isEmpty()) {
            throw failure(key, key + " is empty: name something, or leave the key out");
        }
    }

    /** A whole number, or a list of them; empty when the key is not there. */
    <T> List<T> numbers(String key, Function<String, T> parse) throws CommandFailure {
        Object value = table.get(List.of(key));
        requireNotEmpty(key, value);
        List<T> numbers = new ArrayList<>();
        if (value instanceof Long number) {
            numbers.add(parse(key, number.toString(), parse));
        } else if (value != null && !(value instanceof TomlArray)) {
            throw failure(key, key + " must be a whole number or a list of them");
        }
        for (int index = 0; value instanceof TomlArray array && index < array.size(); index++) {
            if (!(array.get(index) instanceof Long number)) {
                throw failure(array.inputPositionOf(index), key + " must hold whole numbers only");
            }
            numbers.add(parse(array.inputPositionOf(index), number.toString(), parse));
        }
        return numbers;
    }

    /** Tables written {@code [[key]]}. */
    List<TomlKeys> tables(String key, Set<String> known) throws CommandFailure {
        TomlArray array = value(key, TomlArray.class, "written [[" + key + "]]", null);
        List<TomlKeys> tables = new ArrayList<>();
        for (int index = 0; array != null && index < array.size(); index++) {
            if (!(array.get(index) instanceof TomlTable inner)) {
                throw failure(array.inputPositionOf(index), key + " must be written [[" + key + "]]");
            }
            tables.add(new TomlKeys(file, inner, "[[" + key + "]]", known));
        }
        return tables;
    }

    /** The table written {@code [key]}, null when it is not there. */
    TomlKeys table(String key, Set<String> known) throws CommandFailure {
        TomlTable inner = value(key, TomlTable.class, "written [" + key + "]", null);
        return inner == null ? null : new TomlKeys(file, inner, "[" + key + "]", known);
    }

    private <T> T parse(String key, String text, Function<String, T> parse) throws CommandFailure {
        return parse(table.inputPositionOf(List.of(key)), text, parse);
    }

    private <T> T parse(TomlPosition position, String text, Function<String, T> parse) throws CommandFailure {
        try {
            return parse.apply(text);
        } catch (IllegalArgumentException e) {
            throw failure(position, e.getMessage());
        }
    }

    private <T> T value(String key, Class<T> type, String expected, T fallback) throws CommandFailure {
        Object value = table.get(List.of(key));
        if (value == null) {
            return fallback;
        }
        if (!type.isInstance(value)) {
            throw failure(key, key + " must be " + expected);
        }
        return type.cast(value);
    }

    /** What is wrong with a key; with the position of the table's first key when it is not there. */
    CommandFailure failure(String key, String message) {
        TomlPosition position = table.inputPositionOf(List.of(key));
        if (position == null) {
            position = table.keySet().stream()
                    .map(other -> table.inputPositionOf(List.of(other)))
                    .findFirst()
                    .orElse(null);
        }
        return failure(position, message);
    }

    private CommandFailure failure(TomlPosition position, String message) {
        return new CommandFailure(ExitCode.USAGE, where(position) + message);
    }

    /** Where a key is that is there, before a message about it. */
    String where(String key) {
        return where(table.inputPositionOf(List.of(key)));
    }

    private String where(TomlPosition position) {
        return file + (position == null ? "" : ":" + position.line() + ":" + position.column()) + ": ";
    }
}
