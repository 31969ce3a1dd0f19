package dev.ashlar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.cli.control.Progress;
import dev.ashlar.cli.show.Statuses;
import dev.ashlar.cli.show.Terminal;
import dev.ashlar.raid.ArrayStatus;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

class FollowTest {
    private static Progress held(String why) {
        return new Progress(Statuses.degraded().withWarnings(
                List.of("another sentence", "The background pass is held up: " + why + ".")), false);
    }

    @Test
    void whatKeepsAPassUpIsSaidOnceAlsoWithoutATerminal() throws Exception {
        ArrayStatus end = Statuses.clean();
        Iterator<Progress> looks = List.of(
                        new Progress(Statuses.degraded(), false), held("waits for space"), held("waits for space"),
                        held("the device is gone"), new Progress(Statuses.degraded(), false), new Progress(end, true))
                .iterator();
        StringWriter err = new StringWriter();
        Follow follow = new Follow(new Terminal(new PrintWriter(err), false), looks::next);
        assertThat(follow.untilIdle()).isEqualTo(end);
        assertThat(err).hasToString("""
                host:data: The background pass is held up: waits for space.
                host:data: The background pass is held up: the device is gone.
                """);
    }
}
