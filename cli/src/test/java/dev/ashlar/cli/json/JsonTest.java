package dev.ashlar.cli.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @Test
    void readsEveryKindOfValue() throws JsonException {
        assertThat(JsonParser.parse(" {\"a\": [1, -2.5, true, null, \"x\\u00e4\\n\"], \"b\": {}} "))
                .isEqualTo(Map.of("a", Arrays.asList(1L, -2.5, true, null, "xä\n"), "b", Map.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", " ", "{", "[1,]", "{\"a\":1,}", "{\"a\" 1}", "{,}", "{\"a\":1,\"a\":2}", "01", "1.", "+1", "nul", "\"",
        "\"\\x\"", "\"\t\"", "1 2", "[1 2]", "99999999999999999999"
    })
    void refusesWhatIsNoJson(String text) {
        assertThatThrownBy(() -> JsonParser.parse(text)).isInstanceOf(JsonException.class);
    }

    @Test
    void refusesToNestForEver() {
        assertThatThrownBy(() -> JsonParser.parse("[".repeat(100_000))).hasMessageContaining("nested deeper than");
    }

    @Test
    void saysWhichFieldIsMissing() {
        assertThatThrownBy(() -> JsonObject.parse("{\"port\": \"x\"}").number("port")).hasMessageContaining("port");
        assertThatThrownBy(() -> JsonObject.parse("[]")).hasMessageContaining("not an object");
    }

    @Test
    void writesForPeople() {
        assertThat(JsonWriter.write(Map.of("list", List.of(1, 2)))).isEqualTo("""
                {
                  "list": [
                    1,
                    2
                  ]
                }""");
    }
}
