package dev.ashlar.cli.show;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.cli.json.JsonObject;
import dev.ashlar.cli.json.JsonWriter;
import dev.ashlar.raid.parity.ParityImplementation;
import dev.ashlar.raid.parity.ParityOperation;
import dev.ashlar.raid.parity.ParitySpeeds;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ParityTableTest {
    private static ParitySpeeds.Column column(ParityImplementation implementation, double speed,
            Set<ParityOperation> chosen) {
        Map<ParityOperation, Double> speeds = new EnumMap<>(ParityOperation.class);
        for (ParityOperation operation : ParityOperation.values()) {
            speeds.put(operation, speed + operation.ordinal());
        }
        return new ParitySpeeds.Column(implementation, "some " + implementation, speeds, chosen);
    }

    private final ParitySpeeds speeds = new ParitySpeeds(List.of(
            column(ParityImplementation.SCALAR, 0.25, Set.of()),
            column(ParityImplementation.JAVA, 30, Set.of(ParityOperation.XOR)),
            column(ParityImplementation.VECTOR512, 80, EnumSet.of(ParityOperation.GENERATE_PQ)),
            new ParitySpeeds.Column(ParityImplementation.ISAL, "libisal.so.2 is not installed",
                    new EnumMap<>(ParityOperation.class), Set.of())));

    @Test
    void tableMarksWhatIsTakenAndSaysWhatIsMissing() {
        String text = ParityTable.text(speeds);
        assertThat(text.lines().toList()).startsWith(
                "GB/s              scalar       java  vector512",
                "generate P          0.25       30.0       80.0",
                "generate P+Q        1.25       31.0       81.0*");
        assertThat(text).contains("xor                 7.25       37.0*      87.0\n")
                .contains("isal:      not available: libisal.so.2 is not installed\n")
                .contains("java:      some JAVA\n");
    }

    @Test
    void programsGetTheSameNumbers() throws Exception {
        JsonObject json = JsonObject.parse(JsonWriter.write(ParityTable.json(speeds)));
        List<JsonObject> implementations = json.objects("implementations");
        assertThat(implementations).hasSize(4);
        assertThat(implementations.get(2).text("name")).isEqualTo("vector512");
        JsonObject pq = implementations.get(2).objects("operations").get(1);
        assertThat(pq.text("operation")).isEqualTo("generate P+Q");
        assertThat(pq.flag("chosen")).isTrue();
        assertThat(pq.fields().get("gigabytesPerSecond")).isEqualTo(81.0);
        assertThat(implementations.get(3).flag("checked")).isFalse();
        assertThat(implementations.get(3).objects("operations")).isEmpty();
    }
}
