package dev.ashlar.cli.control;

import dev.ashlar.cli.json.JsonException;
import dev.ashlar.cli.json.JsonObject;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Where the daemon that serves an array can be spoken to: the content of the array's file in a run directory.
 *
 * @param array the array's UUID
 * @param name its set name
 * @param exports what clients ask for, the main one first; the array is found by these names too
 * @param pid the daemon's process
 * @param startedMillis when that process began, so that another process with its number is not taken for it
 * @param port its control port on 127.0.0.1
 * @param token what it wants to see as bearer token
 * @param members absolute paths of the array's members
 * @param uris where the array's exports can be reached
 */
public record Endpoint(
        UUID array,
        String name,
        List<String> exports,
        long pid,
        long startedMillis,
        int port,
        String token,
        List<String> members,
        List<String> uris) {
    /** Copies the lists. */
    public Endpoint {
        exports = List.copyOf(exports);
        members = List.copyOf(members);
        uris = List.copyOf(uris);
    }

    /** When this process began, as {@link #startedMillis} counts. */
    public static long startedMillis(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }

    /** Whether the daemon still runs. */
    boolean alive() {
        Optional<ProcessHandle> process = ProcessHandle.of(pid);
        return process.isPresent() && process.get().isAlive() && startedMillis(process.get()) == startedMillis;
    }

    Map<String, Object> toJson() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("array", array);
        map.put("name", name);
        map.put("exports", exports);
        map.put("pid", pid);
        map.put("started_millis", startedMillis);
        map.put("port", port);
        map.put("token", token);
        map.put("members", members);
        map.put("uris", uris);
        return map;
    }

    static Endpoint fromJson(String text) throws JsonException {
        JsonObject json = JsonObject.parse(text);
        try {
            return new Endpoint(
                    UUID.fromString(json.text("array")),
                    json.text("name"),
                    json.texts("exports"),
                    json.number("pid"),
                    json.number("started_millis"),
                    Math.toIntExact(json.number("port")),
                    json.text("token"),
                    json.texts("members"),
                    json.texts("uris"));
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new JsonException("no endpoint: " + e.getMessage());
        }
    }
}
