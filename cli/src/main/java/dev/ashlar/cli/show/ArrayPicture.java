package dev.ashlar.cli.show;

import dev.ashlar.cli.export.ExportSetting;
import dev.ashlar.raid.ArrayStatus;
import java.util.List;

/**
 * An array and what is made of it, at one moment.
 *
 * @param status the array
 * @param idle whether no background pass runs or is due; the status is not older than that
 * @param exports under which names it is served, its main one first; empty for an array that nobody serves
 * @param clients who uses them, the oldest connection first
 * @param marks since when changes are remembered
 */
public record ArrayPicture(
        ArrayStatus status, boolean idle, List<Exported> exports, List<Client> clients, List<Mark> marks) {

    /**
     * A name under which the array is served.
     *
     * @param setting name, rules and rates
     * @param uris where it is found
     */
    public record Exported(ExportSetting setting, List<String> uris) {
        /** Copies the list. */
        public Exported {
            uris = List.copyOf(uris);
        }
    }

    /**
     * One connection that uses an export.
     *
     * @param id counts the daemon's connections
     * @param peer where it comes from
     * @param identity what its certificate or key says of the client, or the user of a local process; "" if unknown
     * @param export the export's name
     * @param encrypted whether by TLS
     * @param seconds how long it has been there
     * @param requests answered ones
     * @param errors of those, the ones answered with an error
     * @param readBytes sent to the client
     * @param writtenBytes taken from the client
     * @param inFlight requests received and not answered yet
     */
    public record Client(
            long id,
            String peer,
            String identity,
            String export,
            boolean encrypted,
            long seconds,
            long requests,
            long errors,
            long readBytes,
            long writtenBytes,
            long inFlight) {}

    /**
     * A moment since when changes are remembered.
     *
     * @param name what clients ask for as {@code x-ashlar:dirty-since:NAME}
     * @param changedBytes what may have changed since
     */
    public record Mark(String name, long changedBytes) {}

    /** Copies the lists. */
    public ArrayPicture {
        exports = List.copyOf(exports);
        clients = List.copyOf(clients);
        marks = List.copyOf(marks);
    }

    /** An array that nobody serves. */
    public static ArrayPicture notServed(ArrayStatus status) {
        return new ArrayPicture(status, true, List.of(), List.of(), List.of());
    }

    /** Where all exports are found. */
    public List<String> uris() {
        return exports.stream().flatMap(export -> export.uris().stream()).toList();
    }
}
