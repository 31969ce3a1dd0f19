package dev.ashlar.cli.json;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A parsed object whose fields are asked for by name and type.
 *
 * @param fields what {@link JsonParser} gave
 */
public record JsonObject(Map<?, ?> fields) {

    /** The object that the text is. */
    public static JsonObject parse(String text) throws JsonException {
        return of(JsonParser.parse(text), "text");
    }

    private static JsonObject of(Object value, String what) throws JsonException {
        if (value instanceof Map<?, ?> map) {
            return new JsonObject(map);
        }
        throw new JsonException("not an object: " + what);
    }

    private <T> T field(String name, Class<T> type) throws JsonException {
        Object value = fields.get(name);
        if (!type.isInstance(value)) {
            throw new JsonException("field " + name + " is missing or no " + type.getSimpleName());
        }
        return type.cast(value);
    }

    /** A field that must be a string. */
    public String text(String name) throws JsonException {
        return field(name, String.class);
    }

    /** A field that must be a whole number. */
    public long number(String name) throws JsonException {
        return field(name, Long.class);
    }

    /** A field that must be true or false. */
    public boolean flag(String name) throws JsonException {
        return field(name, Boolean.class);
    }

    /** A field that must be an object. */
    public JsonObject object(String name) throws JsonException {
        return of(fields.get(name), "field " + name);
    }

    /** A field that must be a list of objects. */
    public List<JsonObject> objects(String name) throws JsonException {
        List<JsonObject> objects = new ArrayList<>();
        for (Object item : field(name, List.class)) {
            objects.add(of(item, "item of " + name));
        }
        return objects;
    }

    /** A field that must be a list of strings. */
    public List<String> texts(String name) throws JsonException {
        List<String> texts = new ArrayList<>();
        for (Object item : field(name, List.class)) {
            if (!(item instanceof String text)) {
                throw new JsonException("field " + name + " holds something that is no String");
            }
            texts.add(text);
        }
        return texts;
    }

    /** Whether the field is there and not null. */
    public boolean has(String name) {
        return fields.get(name) != null;
    }
}
