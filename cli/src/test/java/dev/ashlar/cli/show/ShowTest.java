package dev.ashlar.cli.show;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
        assertThat(StatusTable.of(Statuses.served())).isEqualTo("""
                host:data : active, degraded, recovering raid6 m0[0] m5[1](R) m3[3] m2[2](F)
                      200 MiB, super 1.2, chunk 512 KiB, left-symmetric [4/2] [U__U]
                      bitmap: 3/16 regions dirty
                      recover [======>.................]  25.0%  25 MiB of 100 MiB  5 MiB/s  0:15 left
                      nbd://127.0.0.1:10809/data
                      nbds://127.0.0.1:10809/old (read-only, TLS, from 192.0.2.0/24, CN=backup, 1 MiB/s, \
                50 requests/s, rotational, newest connection only)
                      nbds+unix:///old?socket=/s (read-only, TLS, uid 1000, uid 7, CN=backup, 1 MiB/s, \
                50 requests/s, rotational, newest connection only)
                      client 127.0.0.1:4711 of data for 7 s: 20 requests, 4 KiB read, 0 B written
                      client 192.0.2.7:1 as CN=backup of old by TLS for 3 min: 9 requests, 2 errors, 1 MiB read, \
                0 B written, 4 in flight
                      mark monday: 128 KiB changed since
                      warning: a sentence
                """);
    }

    @Test
    void tableLeavesOutWhatAMirrorHasNot() {
        assertThat(StatusTable.of(ArrayPicture.notServed(Statuses.clean()))).isEqualTo("""
                mirror : clean raid1 m0[0] m1[1]
                      100 MiB, super 1.2 [2/2] [UU]
                """);
    }

    @Test
    void pictureSurvivesTheWayThroughJson() throws JsonException {
        String text = JsonWriter.write(PictureJson.write(Statuses.served()));
        assertThat(PictureJson.read(JsonObject.parse(text))).isEqualTo(Statuses.served());
    }

    @Test
    void aPictureOfSomethingElseIsRefused() {
        String text = JsonWriter.write(PictureJson.write(Statuses.served()));
        for (String wrong : List.of(
                text.replace("\"192.0.2.0/24\"", "\"nowhere\""), text.replace("\"1000\"", "\"root\""),
                text.replace("\"in_flight\": 4", "\"in_flight\": null"), text.replace("1048576", "-1"))) {
            assertThat(wrong).isNotEqualTo(text);
            assertThatThrownBy(() -> PictureJson.read(JsonObject.parse(wrong))).isInstanceOf(JsonException.class);
        }
    }

    @Test
    void detailShowsExportsClientsAndMarks() {
        assertThat(ServedText.detail(Statuses.served())).isEqualTo("""

                    Export data
                        Served at nbd://127.0.0.1:10809/data

                    Export old: kept
                        Served at nbds://127.0.0.1:10809/old (read-only, TLS, from 192.0.2.0/24, CN=backup, 1 MiB/s, \
                50 requests/s, rotational, newest connection only)
                        Served at nbds+unix:///old?socket=/s (read-only, TLS, uid 1000, uid 7, CN=backup, 1 MiB/s, \
                50 requests/s, rotational, newest connection only)

                    Clients
                        127.0.0.1:4711 of data for 7 s: 20 requests, 4 KiB read, 0 B written
                        192.0.2.7:1 as CN=backup of old by TLS for 3 min: 9 requests, 2 errors, 1 MiB read, \
                0 B written, 4 in flight

                    Marks
                        monday: 128 KiB changed since
                """);
        assertThat(ServedText.detail(ArrayPicture.notServed(Statuses.clean()))).isEmpty();
    }

    @Test
    void detailNamesEveryMemberAndWhatIsWrongWithIt() {
        assertThat(DetailText.of(Statuses.degraded()))
                .contains("State : active, degraded, recovering")
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
