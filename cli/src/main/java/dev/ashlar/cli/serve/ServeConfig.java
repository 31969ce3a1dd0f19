package dev.ashlar.cli.serve;

import dev.ashlar.raid.OpenOptions;
import java.nio.file.Path;
import java.util.List;

/**
 * What a daemon shall serve, and where.
 *
 * @param listens TCP addresses
 * @param sockets Unix sockets
 * @param arrays what to open
 * @param exports how arrays are exported that shall not simply appear under their own name
 */
public record ServeConfig(
        List<HostPort> listens, List<Path> sockets, List<ArraySource> arrays, List<ExportSetting> exports) {
    /** Where a daemon listens that was told nothing. */
    public static final HostPort DEFAULT_LISTEN = new HostPort("127.0.0.1", Uris.NBD_PORT);

    /**
     * Members to be opened with the same options; they may belong to several arrays.
     *
     * @param members paths
     * @param options for each array among them
     */
    public record ArraySource(List<Path> members, OpenOptions options) {}

    /**
     * One export.
     *
     * @param name what clients ask for
     * @param array set name of what is exported, whole or after its colon
     * @param description a line for people
     * @param readOnly whether clients may only read
     */
    public record ExportSetting(String name, String array, String description, boolean readOnly) {}

    /** Copies the lists. */
    public ServeConfig {
        listens = List.copyOf(listens);
        sockets = List.copyOf(sockets);
        arrays = List.copyOf(arrays);
        exports = List.copyOf(exports);
    }
}
