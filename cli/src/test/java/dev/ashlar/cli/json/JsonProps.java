package dev.ashlar.cli.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.AlphaChars;

class JsonProps {
    @Property(tries = 300)
    void whatIsWrittenIsReadBack(@ForAll("values") Object value) throws JsonException {
        assertThat(JsonParser.parse(JsonWriter.write(value))).isEqualTo(value);
    }

    @Property(tries = 300)
    void anyTextIsAValueOrAnError(@ForAll("texts") String text) {
        try {
            JsonParser.parse(text);
        } catch (JsonException e) {
            assertThat(e).hasMessageMatching("(?s).+");
        }
    }

    @Provide
    Arbitrary<Object> values() {
        Arbitrary<Object> leaves = Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(20).map(text -> (Object) text),
                Arbitraries.longs().map(number -> (Object) number),
                Arbitraries.of(true, false).map(flag -> (Object) flag),
                Arbitraries.doubles().map(number -> (Object) number),
                Arbitraries.just(null));
        return Arbitraries.recursive(() -> leaves, JsonProps::nest, 0, 3);
    }

    private static Arbitrary<Object> nest(Arbitrary<Object> inner) {
        return Arbitraries.oneOf(
                inner.list().ofMaxSize(3).map(list -> (Object) new ArrayList<>(list)),
                Arbitraries.maps(Arbitraries.strings().ofMaxLength(6), inner)
                        .ofMaxSize(3)
                        .map(map -> (Object) new LinkedHashMap<>(map)));
    }

    /** Mostly made of the characters that mean something. */
    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.strings().withChars("{}[]\",:\\u0019truefalsnbE+-. \n").ofMaxLength(40);
    }

    @Property(tries = 50)
    void keysKeepTheirOrder(@ForAll List<@AlphaChars String> keys) throws JsonException {
        Map<String, Object> map = new LinkedHashMap<>();
        keys.forEach(key -> map.put(key, 1L));
        assertThat(((Map<?, ?>) JsonParser.parse(JsonWriter.write(map))).keySet().toArray())
                .isEqualTo(map.keySet().toArray());
    }
}
