package dev.ashlar.cli.json;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import java.util.UUID;

/**
 * Writes maps, lists, strings, numbers, booleans and null as JSON (RFC 8259), indented for people.
 *
 * <p>Keys come in the map's order. {@link UUID} and {@link Path} are written as strings. Not thread-safe.
 */
public final class JsonWriter {
    private final StringBuilder text = new StringBuilder();

    private JsonWriter() {}

    /**
     * The value as JSON text, without a line end.
     *
     * @throws IllegalArgumentException for a value of any other type, and for numbers that JSON has not
     */
    public static String write(Object value) {
        JsonWriter writer = new JsonWriter();
        writer.value(value, 0);
        return writer.text.toString();
    }

    private void value(Object value, int depth) {
        switch (value) {
            case null -> text.append("null");
            case Boolean bool -> text.append(bool.booleanValue());
            case Double number when number.isNaN() || number.isInfinite() ->
                throw new IllegalArgumentException("no JSON for number=" + number);
            case Number number -> text.append(number);
            case String string -> string(string);
            case UUID uuid -> string(uuid.toString());
            case Path path -> string(path.toString());
            case Map<?, ?> map -> object(map, depth);
            case Iterable<?> list -> array(list, depth);
            default -> throw new IllegalArgumentException("no JSON for type=" + value.getClass());
        }
    }

    private void object(Map<?, ?> map, int depth) {
        text.append('{');
        String separator = "";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            text.append(separator);
            newLine(depth + 1);
            string((String) entry.getKey());
            text.append(": ");
            value(entry.getValue(), depth + 1);
            separator = ",";
        }
        if (!map.isEmpty()) {
            newLine(depth);
        }
        text.append('}');
    }

    private void array(Iterable<?> list, int depth) {
        text.append('[');
        Iterator<?> items = list.iterator();
        boolean any = items.hasNext();
        while (items.hasNext()) {
            newLine(depth + 1);
            value(items.next(), depth + 1);
            if (items.hasNext()) {
                text.append(',');
            }
        }
        if (any) {
            newLine(depth);
        }
        text.append(']');
    }

    private void newLine(int depth) {
        text.append('\n').repeat("  ", depth);
    }

    private void string(String string) {
        text.append('"');
        for (int index = 0; index < string.length(); index++) {
            char c = string.charAt(index);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\t' -> text.append("\\t");
                case '\r' -> text.append("\\r");
                default -> {
                    if (c < 0x20 || Character.isSurrogate(c)) {
                        unicode(c);
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }

    /** Surrogates too, so that half a pair, which is no Unicode text, still makes valid UTF-8. */
    private void unicode(char c) {
        text.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            text.append(Character.forDigit(c >> shift & 15, 16));
        }
    }
}
