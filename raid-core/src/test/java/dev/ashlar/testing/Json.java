package dev.ashlar.testing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A value read from JSON (RFC 8259), for test data that is known to be well formed: enough checks to notice a truncated
 * file, no more. Objects are {@code Map}, arrays {@code List}, numbers {@code Long} or {@code Double}.
 */
public final class Json {
    private final Object value;

    private Json(Object value) {
        this.value = value;
    }

    /** Reads one value; throws {@link IllegalArgumentException} with the position where it cannot. */
    public static Json parse(String text) {
        return new Json(new Reader(text).whole());
    }

    /** The value of a key; a null value if the object lacks it. */
    public Json get(String key) {
        return new Json(((Map<?, ?>) value).get(key));
    }

    /** Whether this is {@code null}, or was looked up and missing. */
    public boolean isNull() {
        return value == null;
    }

    /** The elements of an array. */
    public List<Json> list() {
        return ((List<?>) value).stream().map(Json::new).toList();
    }

    /** A string. */
    public String text() {
        return (String) value;
    }

    /** Whether this is a string rather than a number. */
    public boolean isText() {
        return value instanceof String;
    }

    /** A number; or a string of hexadecimal digits, with or without {@code 0x}, as an unsigned 64-bit number. */
    public long number() {
        if (value instanceof String digits) {
            return Long.parseUnsignedLong(digits.startsWith("0x") ? digits.substring(2) : digits, 16);
        }
        return (Long) value;
    }

    /** {@link #number()} of something that fits. */
    public int integer() {
        return Math.toIntExact(number());
    }

    @Override
    public String toString() {
        return String.valueOf(value);
    }

    private static final class Reader {
        private final String text;
        private int at;

        Reader(String text) {
            this.text = text;
        }

        Object whole() {
            Object value = value();
            if (peek() != 0) {
                throw unexpected();
            }
            return value;
        }

        private Object value() {
            return switch (peek()) {
                case '{' -> object();
                case '[' -> array();
                case '"' -> string();
                case 't' -> word("true", true);
                case 'f' -> word("false", false);
                case 'n' -> word("null", null);
                default -> number();
            };
        }

        private Map<String, Object> object() {
            Map<String, Object> members = new LinkedHashMap<>();
            at++;
            while (peek() != '}') {
                String key = string();
                expect(':');
                members.put(key, value());
                comma('}');
            }
            at++;
            return members;
        }

        private List<Object> array() {
            List<Object> elements = new ArrayList<>();
            at++;
            while (peek() != ']') {
                elements.add(value());
                comma(']');
            }
            at++;
            return elements;
        }

        private String string() {
            expect('"');
            StringBuilder string = new StringBuilder();
            for (char c = next(); c != '"'; c = next()) {
                string.append(c == '\\' ? escaped() : c);
            }
            return string.toString();
        }

        private char escaped() {
            char c = next();
            return switch (c) {
                case 'n' -> '\n';
                case 't' -> '\t';
                case 'r' -> '\r';
                case 'b' -> '\b';
                case 'f' -> '\f';
                case 'u' -> {
                    at += 4;
                    yield (char) Integer.parseInt(text, at - 4, at, 16);
                }
                default -> c;
            };
        }

        private Object number() {
            int start = at;
            while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
            String digits = text.substring(start, at);
            if (digits.isEmpty()) {
                throw unexpected();
            }
            return digits.matches("-?[0-9]+") ? (Object) Long.valueOf(digits) : (Object) Double.valueOf(digits);
        }

        private Object word(String word, Object value) {
            if (!text.startsWith(word, at)) {
                throw unexpected();
            }
            at += word.length();
            return value;
        }

        private void comma(char end) {
            if (peek() != end) {
                expect(',');
            }
        }

        private void expect(char wanted) {
            if (peek() != wanted) {
                throw unexpected();
            }
            at++;
        }

        /** The next character that is not white space, 0 at the end. */
        private char peek() {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            return at < text.length() ? text.charAt(at) : 0;
        }

        private char next() {
            if (at == text.length()) {
                throw unexpected();
            }
            return text.charAt(at++);
        }

        private IllegalArgumentException unexpected() {
            return new IllegalArgumentException("unexpected JSON at position=" + at + " of length=" + text.length());
        }
    }
}
