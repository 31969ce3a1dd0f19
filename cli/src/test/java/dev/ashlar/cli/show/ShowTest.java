package dev.ashlar.cli.show;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.cli.json.JsonException;
import dev.ashlar.cli.json.JsonObject;
import dev.ashlar.cli.json.JsonWriter;
import dev.ashlar.raid.ArrayStatus;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShowTest {
    @Test
    void statusSurvivesTheWayThroughJson() throws JsonException {
        for (ArrayStatus status : List.of(Statuses.degraded(), Statuses.clean())) {
            String text = JsonWriter.write(StatusJson.write(status));
            assertThat(StatusJson.read(JsonObject.parse(text))).isEqualTo(status);
        }
    }

    @Test
    void tableLooksLikeMdstat() {
        assertThat(StatusTable.of(Statuses.degraded(), List.of("nbd://127.0.0.1:10809/data"))).isEqualTo("""
                host:data : active raid6 m0[0] m5[1](R) m3[3] m2[2](F)
                      200 MiB, super 1.2, chunk 512 KiB, left-symmetric [4/2] [U__U]
                      bitmap: 3/16 regions dirty
                      recover [======>.................]  25.0%  25 MiB of 100 MiB  5 MiB/s  0:15 left
                      nbd://127.0.0.1:10809/data
                      warning: a sentence
                """);
    }

    @Test
    void tableLeavesOutWhatAMirrorHasNot() {
        assertThat(StatusTable.of(Statuses.clean(), List.of())).isEqualTo("""
                mirror : clean raid1 m0[0] m1[1]
                      100 MiB, super 1.2 [2/2] [UU]
                """);
    }

    @Test
    void detailNamesEveryMemberAndWhatIsWrongWithIt() {
        assertThat(DetailText.of(Statuses.degraded()))
                .contains("State : active, dirty, degraded, recover")
                .contains("UUID : 01234567:89abcdef:01234567:89abcdef")
                .containsPattern("-      2   missing ")
                .containsPattern("5      1   recovering   /d/m5  25 MiB rebuilt")
                .containsPattern("2      2   faulty +/d/m2 .*\\(write failed: No space\\)");
    }

    @Test
    void progressBarIsFullAtTheEnd() {
        assertThat(ProgressLine.line("check", 1, 10, 10, 0, -1))
                .isEqualTo("check [" + "=".repeat(24) + "] 100.0%  10 B of 10 B");
    }

    @Test
    void nothingIsDrawnWhereNoTerminalIs() {
        StringWriter text = new StringWriter();
        Terminal terminal = new Terminal(new PrintWriter(text), false);
        terminal.draw("line");
        terminal.clear();
        assertThat(text.toString()).isEmpty();
    }

    @Test
    void aShorterLineLeavesNothingOfALongerOne() {
        StringWriter text = new StringWriter();
        Terminal terminal = new Terminal(new PrintWriter(text), true);
        terminal.draw("a longer line");
        terminal.draw("short");
        assertThat(text.toString()).endsWith("\rshort        ");
    }
}
