package dev.ashlar.cli.show;

import dev.ashlar.cli.json.JsonException;
import dev.ashlar.cli.json.JsonObject;
import dev.ashlar.raid.ArrayState;
import dev.ashlar.raid.ArrayStatus;
import dev.ashlar.raid.ConsistencyPolicy;
import dev.ashlar.raid.MemberState;
import dev.ashlar.raid.MemberStatus;
import dev.ashlar.raid.RaidLevel;
import dev.ashlar.raid.SyncAction;
import dev.ashlar.raid.SyncProgress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/**
 * {@link ArrayStatus} as JSON and back, so that a verb shows a served array exactly as it shows a stopped one.
 *
 * <p>Words are md's, sizes are in bytes, and what is not known is null or -1 as in the record.
 */
public final class StatusJson {
    private StatusJson() {}

    /** The fields of the status, for {@link dev.ashlar.cli.json.JsonWriter}. */
    public static Map<String, Object> write(ArrayStatus status) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", status.name());
        map.put("uuid", status.uuid());
        map.put("level", status.level().toString());
        map.put("layout", status.layoutName());
        map.put("metadata", status.metadata());
        map.put("raid_disks", status.raidDisks());
        map.put("chunk_bytes", status.chunkBytes());
        map.put("component_bytes", status.componentBytes());
        map.put("array_bytes", status.arrayBytes());
        map.put("consistency_policy", status.policy().word());
        map.put("state", status.state().word());
        map.put("dirty", status.dirty());
        map.put("degraded_disks", status.degradedDisks());
        map.put("pattern", Patterns.roles(status));
        map.put("events", status.events());
        map.put("mismatch_sectors", status.mismatchSectors());
        map.put("progress", write(status.progress()));
        map.put("members", status.members().stream().map(StatusJson::write).toList());
        map.put("dirty_regions", status.dirtyRegions());
        map.put("total_regions", status.totalRegions());
        map.put("warnings", status.warnings());
        return map;
    }

    private static Map<String, Object> write(SyncProgress progress) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("action", progress.action().word());
        map.put("done_bytes", progress.doneBytes());
        map.put("total_bytes", progress.totalBytes());
        map.put("bytes_per_second", progress.bytesPerSecond());
        map.put("seconds_left", progress.secondsLeft());
        return map;
    }

    private static Map<String, Object> write(MemberStatus member) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", member.name());
        map.put("role", member.role());
        map.put("device_number", member.devNumber());
        map.put("device_uuid", member.deviceUuid());
        map.put("state", member.state() == null ? null : member.state().word());
        map.put("recovered_bytes", member.recoveredBytes());
        map.put("read_errors", member.readErrors());
        map.put("write_errors", member.writeErrors());
        map.put("bad_sectors", member.badSectors());
        map.put("reason", member.reason());
        return map;
    }

    /**
     * The status that {@link #write(ArrayStatus)} described.
     *
     * @throws JsonException if a field is missing or holds what no status holds
     */
    public static ArrayStatus read(JsonObject json) throws JsonException {
        try {
            List<MemberStatus> members = new ArrayList<>();
            for (JsonObject member : json.objects("members")) {
                members.add(readMember(member));
            }
            return new ArrayStatus(
                    json.text("name"),
                    UUID.fromString(json.text("uuid")),
                    RaidLevel.of(Integer.parseInt(json.text("level").replace("raid", ""))),
                    json.text("layout"),
                    json.text("metadata"),
                    (int) json.number("raid_disks"),
                    json.number("chunk_bytes"),
                    json.number("component_bytes"),
                    json.number("array_bytes"),
                    constant(ConsistencyPolicy.class, json.text("consistency_policy")),
                    constant(ArrayState.class, json.text("state")),
                    json.flag("dirty"),
                    (int) json.number("degraded_disks"),
                    json.number("events"),
                    json.number("mismatch_sectors"),
                    readProgress(json.object("progress")),
                    members,
                    json.number("dirty_regions"),
                    json.number("total_regions"),
                    json.texts("warnings"));
        } catch (IllegalArgumentException e) {
            throw new JsonException("no array status: " + e.getMessage());
        }
    }

    private static SyncProgress readProgress(JsonObject json) throws JsonException {
        return new SyncProgress(
                constant(SyncAction.class, json.text("action")),
                json.number("done_bytes"),
                json.number("total_bytes"),
                json.number("bytes_per_second"),
                json.number("seconds_left"));
    }

    private static MemberStatus readMember(JsonObject json) throws JsonException {
        return new MemberStatus(
                json.text("name"),
                (int) json.number("role"),
                (int) json.number("device_number"),
                json.has("device_uuid") ? UUID.fromString(json.text("device_uuid")) : null,
                json.has("state") ? constant(MemberState.class, json.text("state")) : null,
                json.number("recovered_bytes"),
                json.number("read_errors"),
                json.number("write_errors"),
                json.number("bad_sectors"),
                json.text("reason"));
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String word) {
        return Enum.valueOf(type, word.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
