package dev.ashlar.cli.show;

import dev.ashlar.cli.export.ExportJson;
import dev.ashlar.cli.json.JsonException;
import dev.ashlar.cli.json.JsonObject;
import dev.ashlar.cli.show.ArrayPicture.Client;
import dev.ashlar.cli.show.ArrayPicture.Exported;
import dev.ashlar.cli.show.ArrayPicture.Mark;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@link ArrayPicture} as JSON and back. */
public final class PictureJson {
    private PictureJson() {}

    /** Everything, with the array's own fields under {@code status}: what the control endpoint answers. */
    public static Map<String, Object> write(ArrayPicture picture) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("idle", picture.idle());
        map.put("status", StatusJson.write(picture.status()));
        addServed(map, picture);
        return map;
    }

    /** The array's own fields, and beside them what is made of it: what verbs print. */
    public static Map<String, Object> writeFlat(ArrayPicture picture) {
        Map<String, Object> map = StatusJson.write(picture.status());
        addServed(map, picture);
        return map;
    }

    private static void addServed(Map<String, Object> map, ArrayPicture picture) {
        map.put("uris", picture.uris());
        map.put("exports", picture.exports().stream().map(PictureJson::write).toList());
        map.put("clients", picture.clients().stream().map(PictureJson::write).toList());
        map.put("marks", picture.marks().stream().map(PictureJson::write).toList());
    }

    private static Map<String, Object> write(Exported export) {
        Map<String, Object> map = ExportJson.write(export.setting());
        map.put("uris", export.uris());
        return map;
    }

    private static Map<String, Object> write(Client client) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("id", client.id());
        map.put("peer", client.peer());
        map.put("identity", client.identity());
        map.put("export", client.export());
        map.put("encrypted", client.encrypted());
        map.put("seconds", client.seconds());
        map.put("requests", client.requests());
        map.put("errors", client.errors());
        map.put("read_bytes", client.readBytes());
        map.put("written_bytes", client.writtenBytes());
        map.put("in_flight", client.inFlight());
        return map;
    }

    private static Map<String, Object> write(Mark mark) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", mark.name());
        map.put("changed_bytes", mark.changedBytes());
        return map;
    }

    /**
     * The picture that {@link #write(ArrayPicture)} described.
     *
     * @throws JsonException if a field is missing or holds what no picture holds
     */
    public static ArrayPicture read(JsonObject json) throws JsonException {
        List<Exported> exports = new ArrayList<>();
        for (JsonObject export : json.objects("exports")) {
            exports.add(new Exported(ExportJson.read(export), export.texts("uris")));
        }
        List<Client> clients = new ArrayList<>();
        for (JsonObject client : json.objects("clients")) {
            clients.add(readClient(client));
        }
        List<Mark> marks = new ArrayList<>();
        for (JsonObject mark : json.objects("marks")) {
            marks.add(new Mark(mark.text("name"), mark.number("changed_bytes")));
        }
        return new ArrayPicture(StatusJson.read(json.object("status")), json.flag("idle"), exports, clients, marks);
    }

    private static Client readClient(JsonObject json) throws JsonException {
        return new Client(
                json.number("id"),
                json.text("peer"),
                json.text("identity"),
                json.text("export"),
                json.flag("encrypted"),
                json.number("seconds"),
                json.number("requests"),
                json.number("errors"),
                json.number("read_bytes"),
                json.number("written_bytes"),
                json.number("in_flight"));
    }
}
