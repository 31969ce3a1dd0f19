package dev.ashlar.cli.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads JSON (RFC 8259) into maps, lists, strings, {@link Long} or {@link Double}, {@link Boolean} and null.
 *
 * <p>Any text gives a value or a {@link JsonException}: nesting and length are bounded, a key may come once, and
 * nothing may follow the value. Not thread-safe.
 */
public final class JsonParser {
    /** The longest text that is read, in characters. */
    public static final int MAX_LENGTH = 4 << 20;

    /** The deepest nesting that is read. */
    public static final int MAX_DEPTH = 32;

    private final String text;
    private int position;

    private JsonParser(String text) {
        this.text = text;
    }

    /** The value that the whole text is. */
    public static Object parse(String text) throws JsonException {
        if (text.length() > MAX_LENGTH) {
            throw new JsonException("longer than " + MAX_LENGTH + " characters");
        }
        JsonParser parser = new JsonParser(text);
        Object value = parser.value(0);
        parser.skipSpace();
        if (parser.position < text.length()) {
            throw parser.unexpected();
        }
        return value;
    }

    private Object value(int depth) throws JsonException {
        if (depth > MAX_DEPTH) {
            throw new JsonException("nested deeper than " + MAX_DEPTH + " at character " + position);
        }
        skipSpace();
        return switch (peek()) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> string();
            case 't' -> word("true", Boolean.TRUE);
            case 'f' -> word("false", Boolean.FALSE);
            case 'n' -> word("null", null);
            default -> number();
        };
    }

    private Map<String, Object> object(int depth) throws JsonException {
        Map<String, Object> map = new LinkedHashMap<>();
        position++;
        skipSpace();
        while (peek() != '}') {
            if (!map.isEmpty()) {
                expect(',');
                skipSpace();
            }
            String key = string();
            if (map.containsKey(key)) {
                throw new JsonException("key twice: key=" + key + " at character " + position);
            }
            skipSpace();
            expect(':');
            map.put(key, value(depth + 1));
            skipSpace();
        }
        position++;
        return map;
    }

    private List<Object> array(int depth) throws JsonException {
        List<Object> list = new ArrayList<>();
        position++;
        skipSpace();
        while (peek() != ']') {
            if (!list.isEmpty()) {
                expect(',');
            }
            list.add(value(depth + 1));
            skipSpace();
        }
        position++;
        return list;
    }

    private String string() throws JsonException {
        expect('"');
        StringBuilder string = new StringBuilder();
        while (true) {
            char c = next();
            if (c == '"') {
                return string.toString();
            }
            if (c < 0x20) {
                position--;
                throw unexpected();
            }
            string.append(c == '\\' ? escaped() : c);
        }
    }

    private char escaped() throws JsonException {
        char c = next();
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> {
                position--;
                throw unexpected();
            }
        };
    }

    private char unicode() throws JsonException {
        int code = 0;
        for (int digit = 0; digit < 4; digit++) {
            int value = Character.digit(next(), 16);
            if (value < 0) {
                position--;
                throw unexpected();
            }
            code = code << 4 | value;
        }
        return (char) code;
    }

    private Object word(String word, Object value) throws JsonException {
        if (!text.startsWith(word, position)) {
            throw unexpected();
        }
        position += word.length();
        return value;
    }

    private Object number() throws JsonException {
        int start = position;
        while (position < text.length() && "+-.0123456789eE".indexOf(text.charAt(position)) >= 0) {
            position++;
        }
        String number = text.substring(start, position);
        try {
            if (number.matches("-?(0|[1-9][0-9]*)")) {
                return Long.valueOf(number);
            }
            if (number.matches("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?")) {
                return Double.valueOf(number);
            }
        } catch (NumberFormatException _) {
            throw new JsonException("number out of range at character " + start);
        }
        position = start;
        throw unexpected();
    }

    private void skipSpace() {
        while (position < text.length() && " \t\r\n".indexOf(text.charAt(position)) >= 0) {
            position++;
        }
    }

    private char peek() throws JsonException {
        if (position >= text.length()) {
            throw new JsonException("ends too early at character " + position);
        }
        return text.charAt(position);
    }

    private char next() throws JsonException {
        char c = peek();
        position++;
        return c;
    }

    private void expect(char expected) throws JsonException {
        if (peek() != expected) {
            throw unexpected();
        }
        position++;
    }

    private JsonException unexpected() {
        String found = position < text.length() ? "'" + text.charAt(position) + "'" : "end";
        return new JsonException("unexpected " + found + " at character " + position);
    }
}
