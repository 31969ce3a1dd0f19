package dev.ashlar.nbd.server;

import static dev.ashlar.nbd.server.PeerWatch.Verdict.FINE;
import static dev.ashlar.nbd.server.PeerWatch.Verdict.IDLE;
import static dev.ashlar.nbd.server.PeerWatch.Verdict.SENDS_NOTHING;
import static dev.ashlar.nbd.server.PeerWatch.Verdict.TAKES_NOTHING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.nbd.server.PeerWatch.Look;
import org.junit.jupiter.api.Test;

class PeerWatchTest {
    private static final long IDLE_LIMIT = 100;
    private static final long STALL_LIMIT = 40;

    private final PeerWatch watch = new PeerWatch(IDLE_LIMIT, STALL_LIMIT);

    private static Look idle(long received) {
        return new Look(true, true, false, false, received, 0);
    }

    private static Look midRequest(long received) {
        return new Look(true, false, false, false, received, 0);
    }

    private static Look sending(long sent) {
        return new Look(false, false, false, true, 0, sent);
    }

    private static final Look BUSY = new Look(false, false, true, false, 7, 0);

    @Test
    void silenceBetweenRequestsIsIdleAtItsLimit() {
        assertThat(watch.judge(idle(7), 1000)).as("seen for the first time").isEqualTo(FINE);
        assertThat(watch.judge(idle(7), 1099)).isEqualTo(FINE);
        assertThat(watch.judge(idle(7), 1100)).isEqualTo(IDLE);
    }

    @Test
    void everyRequestBeginsTheTimeAnew() {
        for (int i = 0; i < 100; i++) {
            assertThat(watch.judge(idle(i), 1000 + 99L * i)).isEqualTo(FINE);
        }
    }

    @Test
    void workIsNoSilence() {
        watch.judge(idle(7), 1000);
        assertThat(watch.judge(new Look(true, true, true, false, 7, 0), 1200)).isEqualTo(FINE);
        assertThat(watch.judge(BUSY, 5000)).isEqualTo(FINE);
        assertThat(watch.judge(BUSY, 9000)).isEqualTo(FINE);
        assertThat(watch.judge(idle(7), 9050)).isEqualTo(FINE);
        assertThat(watch.judge(idle(7), 9149)).isEqualTo(FINE);
        assertThat(watch.judge(idle(7), 9150)).isEqualTo(IDLE);
    }

    @Test
    void stopInTheMiddleOfARequestIsAStall() {
        watch.judge(midRequest(7), 1000);
        assertThat(watch.judge(midRequest(8), 1039)).as("slow, but not still").isEqualTo(FINE);
        assertThat(watch.judge(midRequest(8), 1078)).isEqualTo(FINE);
        assertThat(watch.judge(midRequest(8), 1079)).isEqualTo(SENDS_NOTHING);
    }

    @Test
    void idleTimeDoesNotCountAsAStall() {
        watch.judge(idle(7), 1000);
        watch.judge(idle(7), 1090);
        assertThat(watch.judge(midRequest(7), 1095)).isEqualTo(FINE);
        assertThat(watch.judge(midRequest(7), 1134)).isEqualTo(FINE);
        assertThat(watch.judge(midRequest(7), 1135)).isEqualTo(SENDS_NOTHING);
    }

    @Test
    void repliesThatAreNotTakenAreAStall() {
        watch.judge(sending(0), 1000);
        assertThat(watch.judge(sending(1), 1039)).isEqualTo(FINE);
        assertThat(watch.judge(sending(1), 1079)).isEqualTo(TAKES_NOTHING);
    }

    @Test
    void unsentRepliesAreNoSilenceAndAStallWhileTheNextRequestIsWaitedFor() {
        Look both = new Look(true, true, false, true, 7, 1);
        watch.judge(both, 1000);
        assertThat(watch.judge(both, 1039)).isEqualTo(FINE);
        assertThat(watch.judge(both, 1040)).isEqualTo(TAKES_NOTHING);
    }

    @Test
    void noLimitIsNone() {
        PeerWatch patient = new PeerWatch(0, 0);
        for (Look look : new Look[] {idle(7), midRequest(7), sending(7)}) {
            patient.judge(look, 0);
            assertThat(patient.judge(look, Long.MAX_VALUE / 2)).isEqualTo(FINE);
        }
    }

    @Test
    void clockMayPassItsLargestNumber() {
        watch.judge(idle(7), Long.MAX_VALUE - 10);
        assertThat(watch.judge(idle(7), Long.MIN_VALUE + 80)).isEqualTo(FINE);
        assertThat(watch.judge(idle(7), Long.MIN_VALUE + 89)).isEqualTo(IDLE);
    }
}
