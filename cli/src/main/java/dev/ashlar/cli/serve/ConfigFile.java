package dev.ashlar.cli.serve;

import dev.ashlar.cli.result.CommandFailure;
import dev.ashlar.cli.result.ExitCode;
import dev.ashlar.cli.serve.ServeConfig.ArraySource;
import dev.ashlar.cli.serve.ServeConfig.ExportSetting;
import dev.ashlar.raid.OpenOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/**
 * The configuration of a daemon as TOML: {@code [server]}, {@code [[array]]} and {@code [[export]]}, with keys named
 * like the flags of {@code ashlar serve}.
 *
 * <p>What is not known is refused with its line and column, because a misspelt {@code read-only} must not be lost.
 * Relative paths count from the file's directory. {@code read-only}, {@code force} and {@code run} of {@code [server]}
 * hold for every array that does not say otherwise.
 */
public final class ConfigFile {
    private static final Set<String> TOP = Set.of("server", "array", "export");
    private static final Set<String> SERVER = Set.of("listen", "unix", "read-only", "force", "run");
    private static final Set<String> ARRAY = Set.of("members", "read-only", "force", "run");
    private static final Set<String> EXPORT = Set.of("name", "array", "description", "read-only");

    private final Path file;

    private ConfigFile(Path file) {
        this.file = file;
    }

    /**
     * Reads the file.
     *
     * @throws CommandFailure that says where, if it is not a configuration
     */
    public static ServeConfig read(Path file) throws IOException {
        return new ConfigFile(file).read();
    }

    private ServeConfig read() throws IOException {
        TomlParseResult toml = Toml.parse(file);
        if (toml.hasErrors()) {
            TomlParseError error = toml.errors().getFirst();
            throw failure(error.position(), error.getMessage());
        }
        checkKeys(toml, TOP, "the file");
        TomlTable server = value(toml, "server", TomlTable.class, null);
        OpenOptions defaults = OpenOptions.WRITABLE;
        List<HostPort> listens = new ArrayList<>();
        List<Path> sockets = new ArrayList<>();
        if (server != null) {
            checkKeys(server, SERVER, "[server]");
            defaults = options(server, defaults);
            for (String text : texts(server, "listen")) {
                listens.add(address(server, text));
            }
            texts(server, "unix").forEach(text -> sockets.add(resolve(text)));
        }
        return new ServeConfig(listens, sockets, arrays(toml, defaults), exports(toml));
    }

    private List<ArraySource> arrays(TomlTable toml, OpenOptions defaults) throws CommandFailure {
        List<ArraySource> arrays = new ArrayList<>();
        for (TomlTable table : tables(toml, "array")) {
            checkKeys(table, ARRAY, "[[array]]");
            List<Path> members = texts(table, "members").stream().map(this::resolve).toList();
            arrays.add(new ArraySource(members, options(table, defaults)));
        }
        return arrays;
    }

    private List<ExportSetting> exports(TomlTable toml) throws CommandFailure {
        List<ExportSetting> exports = new ArrayList<>();
        for (TomlTable table : tables(toml, "export")) {
            checkKeys(table, EXPORT, "[[export]]");
            String array = required(toml, table, "array");
            exports.add(new ExportSetting(
                    value(table, "name", String.class, array),
                    array,
                    value(table, "description", String.class, ""),
                    value(table, "read-only", Boolean.class, false)));
        }
        return exports;
    }

    private String required(TomlTable toml, TomlTable table, String key) throws CommandFailure {
        String value = value(table, key, String.class, null);
        if (value == null) {
            throw failure(toml.inputPositionOf(List.of("export")), "an [[export]] has no key " + key);
        }
        return value;
    }

    private OpenOptions options(TomlTable table, OpenOptions defaults) throws CommandFailure {
        return new OpenOptions(
                value(table, "read-only", Boolean.class, defaults.readOnly()),
                value(table, "force", Boolean.class, defaults.force()),
                value(table, "run", Boolean.class, defaults.run()));
    }

    private HostPort address(TomlTable server, String text) throws CommandFailure {
        try {
            return HostPort.parse(text);
        } catch (IllegalArgumentException e) {
            throw failure(server.inputPositionOf(List.of("listen")), e.getMessage());
        }
    }

    private Path resolve(String text) {
        return file.toAbsolutePath().resolveSibling(text).normalize();
    }

    private List<TomlTable> tables(TomlTable toml, String key) throws CommandFailure {
        TomlArray array = value(toml, key, TomlArray.class, null);
        List<TomlTable> tables = new ArrayList<>();
        for (int index = 0; array != null && index < array.size(); index++) {
            if (!(array.get(index) instanceof TomlTable table)) {
                throw failure(array.inputPositionOf(index), key + " is written [[" + key + "]]");
            }
            tables.add(table);
        }
        return tables;
    }

    /** A string, or a list of strings; empty when the key is not there. */
    private List<String> texts(TomlTable table, String key) throws CommandFailure {
        Object value = table.get(List.of(key));
        if (value instanceof String text) {
            return List.of(text);
        }
        List<String> texts = new ArrayList<>();
        if (value != null && !(value instanceof TomlArray)) {
            throw failure(table.inputPositionOf(List.of(key)), key + " must be a string or a list of strings");
        }
        for (int index = 0; value instanceof TomlArray array && index < array.size(); index++) {
            if (!(array.get(index) instanceof String text)) {
                throw failure(array.inputPositionOf(index), key + " must hold strings only");
            }
            texts.add(text);
        }
        return texts;
    }

    private <T> T value(TomlTable table, String key, Class<T> type, T fallback) throws CommandFailure {
        Object value = table.get(List.of(key));
        if (value == null) {
            return fallback;
        }
        if (!type.isInstance(value)) {
            throw failure(table.inputPositionOf(List.of(key)), key + " has the wrong type");
        }
        return type.cast(value);
    }

    private void checkKeys(TomlTable table, Set<String> known, String where) throws CommandFailure {
        for (String key : table.keySet()) {
            if (!known.contains(key)) {
                throw failure(table.inputPositionOf(List.of(key)), "unknown key '" + key + "' in " + where
                        + ", which knows " + String.join(", ", known.stream().sorted().toList()));
            }
        }
    }

    private CommandFailure failure(TomlPosition position, String message) {
        String where = position == null ? "" : ":" + position.line() + ":" + position.column();
        return new CommandFailure(ExitCode.USAGE, file + where + ": " + message);
    }
}
