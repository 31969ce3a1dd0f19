package dev.ashlar.cli.export;

import dev.ashlar.cli.json.JsonException;
import dev.ashlar.cli.json.JsonObject;
import dev.ashlar.nbd.AddressRange;
import dev.ashlar.nbd.PeerRules;
import dev.ashlar.nbd.RateLimits;
import dev.ashlar.nbd.TakeoverRule;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@link ExportSetting} as JSON and back. */
public final class ExportJson {
    private ExportJson() {}

    /** The fields of the setting, for {@link dev.ashlar.cli.json.JsonWriter}. */
    public static Map<String, Object> write(ExportSetting setting) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", setting.name());
        map.put("description", setting.description());
        map.put("read_only", setting.readOnly());
        map.put("tls", setting.rules().requireTls());
        map.put("allow", setting.rules().addresses().stream().map(AddressRange::toString).toList());
        map.put("allow_uid", setting.rules().uids().stream().map(Integer::toUnsignedString).toList());
        map.put("allow_identity", setting.rules().identities());
        map.put("bytes_per_second", setting.rates().bytesPerSecond());
        map.put("operations_per_second", setting.rates().operationsPerSecond());
        map.put("rotational", setting.rotational());
        map.put("takeover", setting.takeover().toString());
        map.put("cow", setting.cow());
        return map;
    }

    /**
     * The setting that {@link #write} described.
     *
     * @throws JsonException if a field is missing or says what no setting can say
     */
    public static ExportSetting read(JsonObject json) throws JsonException {
        try {
            return new ExportSetting(
                    json.text("name"),
                    json.text("description"),
                    json.flag("read_only"),
                    new PeerRules(
                            json.flag("tls"),
                            json.texts("allow").stream().map(AddressRange::parse).toList(),
                            json.texts("allow_uid").stream().map(ExportSetting::parseUid).toList(),
                            json.texts("allow_identity")),
                    new RateLimits(json.number("bytes_per_second"), json.number("operations_per_second")),
                    json.flag("rotational"),
                    TakeoverRule.parse(json.text("takeover")),
                    json.flag("cow"));
        } catch (IllegalArgumentException e) {
            throw new JsonException("no export: " + e.getMessage());
        }
    }
}
