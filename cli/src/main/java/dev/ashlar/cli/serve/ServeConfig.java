package dev.ashlar.cli.serve;

import dev.ashlar.cli.export.ExportSetting;
import dev.ashlar.cli.members.SetNames;
import dev.ashlar.raid.OpenOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * What a daemon shall serve, and how.
 *
 * @param server what holds for all of it
 * @param arrays what to open
 * @param exports how arrays are exported that shall not simply appear under their own name; of several for one array
 *     the first is its main one
 */
public record ServeConfig(ServerSetting server, List<ArraySource> arrays, List<ArrayExport> exports) {

    /**
     * Members to be opened with the same options; they may belong to several arrays.
     *
     * @param members paths
     * @param options for each array among them
     */
    public record ArraySource(List<Path> members, OpenOptions options) {}

    /**
     * One export of an array.
     *
     * @param array set name of what is exported, whole or after its colon
     * @param setting how
     * @param where it was said, before a message about it; tells no exports apart
     */
    public record ArrayExport(String array, ExportSetting setting, String where) {
        /** Said in no file. */
        public ArrayExport(String array, ExportSetting setting) {
            this(array, setting, "");
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof ArrayExport export && array.equals(export.array) && setting.equals(export.setting);
        }

        @Override
        public int hashCode() {
            return Objects.hash(array, setting);
        }
    }

    /** How the array of this name shall be exported, its main export first: under its own name if nothing is said. */
    List<ExportSetting> exportsOf(String array) {
        List<ExportSetting> settings = exports.stream()
                .filter(export -> SetNames.matches(array, export.array()))
                .map(ArrayExport::setting)
                .toList();
        return settings.isEmpty() ? List.of(ExportSetting.named(SetNames.local(array))) : settings;
    }

    /** Copies the lists. */
    public ServeConfig {
        arrays = List.copyOf(arrays);
        exports = List.copyOf(exports);
    }
}
