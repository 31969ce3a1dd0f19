package dev.ashlar.nbd.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Shares of clients that want different amounts, by a clock that only the test moves. */
class RateQueueTest {
    private static final long SECOND = 1_000_000_000;
    private static final int MIB = 1 << 20;
    private static final long RATE = 16 * MIB;

    private final RateQueue<String> queue = new RateQueue<>(RATE, 4096, 0);
    private final Map<String, Long> given = new HashMap<>();
    private long now;

    /** Serves whoever is next, as soon as the rate allows: who that was. */
    private String serve(Map<String, Long> wanted) {
        now += queue.waitNanos(now);
        String head = queue.head();
        long piece = Math.min(wanted.get(head), queue.pieceTokens());
        queue.serveHead(piece, now);
        given.merge(head, piece, Long::sum);
        return head;
    }

    @Test
    void piecesAreAHundredthOfASecondWithinBounds() {
        assertThat(new RateQueue<>(1, 4096, 0).pieceTokens()).isEqualTo(4096);
        assertThat(new RateQueue<>(5_000_000, 4096, 0).pieceTokens()).isEqualTo(50_000);
        assertThat(new RateQueue<>(1L << 40, 4096, 0).pieceTokens()).isEqualTo(256 << 10);
        assertThat(new RateQueue<>(10, 1, 0).pieceTokens()).isEqualTo(1);
    }

    @Test
    void smallClientWithOneRequestAtATimeWaitsForOnePieceOfALargeOne() {
        Map<String, Long> wanted = Map.of("large", 64L * MIB, "small", 4096L);
        queue.add("large", "large");
        int requests = 0;
        for (long arrived = -1; requests < 100; ) {
            if (arrived < 0) {
                queue.add("small", "small");
                arrived = now;
            }
            if (serve(wanted).equals("large")) {
                queue.add("large", "large");
            } else {
                // Its next request comes when this one has been answered, and others have had a piece meanwhile.
                assertThat(now - arrived).isLessThanOrEqualTo(2 * SECOND / 100);
                arrived = -1;
                requests++;
                serve(wanted);
                queue.add("large", "large");
            }
        }
        assertThat(given.get("small")).isEqualTo(100 * 4096);
        assertThat(given.get("large")).isLessThanOrEqualTo(200 * queue.pieceTokens());
    }

    @Test
    void clientsThatAlwaysWantSomethingGetTheSame() {
        Map<String, Long> wanted = Map.of("large", 64L * MIB, "small", 4096L);
        queue.add("large", "large");
        queue.add("small", "small");
        while (now < 10 * SECOND) {
            String served = serve(wanted);
            queue.add(served, served);
        }
        assertThat(given.get("small")).isBetween(
                given.get("large") - queue.pieceTokens(), given.get("large") + queue.pieceTokens());
        assertThat(given.get("small") + given.get("large")).isBetween(10 * RATE, 10 * RATE + RATE / 5);
    }

    @Test
    void whatCanBeHadNowIsTheBurstAndAPiece() {
        assertThat(queue.takeNow("a", 64L * MIB, 0)).isBetween(RATE / 10, RATE / 10 + 2 * queue.pieceTokens());
        assertThat(queue.takeNow("b", 1, 0)).isZero();
        assertThat(queue.takeNow("b", 1, SECOND / 50)).isEqualTo(1);
    }

    @Test
    void debtsArePaidByWhoMadeThemAndForgottenInTime() {
        queue.owe("a", RATE, 0);
        queue.owe("a", RATE, 0);
        assertThat(queue.takeNow("a", 1, 0)).isZero();
        assertThat(queue.takeNow("b", 1, 0)).isEqualTo(1);
        assertThat(queue.settle("a")).isEqualTo(2 * RATE);
        assertThat(queue.settle("a")).isZero();
        queue.owe("a", RATE, 0);
        queue.owe("b", RATE, 2 * SECOND);
        assertThat(queue.settle("a")).as("it has been slow enough since").isZero();
    }
}
