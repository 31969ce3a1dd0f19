package dev.ashlar.nbd.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FairQueueTest {
    private final FairQueue<String> queue = new FairQueue<>();

    private String serve(double cost) {
        String head = queue.head();
        queue.serveHead(cost);
        return head;
    }

    @Test
    void emptyQueueHasNoHead() {
        assertThat(queue.head()).isNull();
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void clientsTakeTurnsHoweverManyConnectionsTheyHave() {
        for (int i = 1; i <= 3; i++) {
            queue.add("a", "a" + i);
        }
        queue.add("b", "b1");
        List<String> served = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            String head = serve(1);
            served.add(head);
            queue.add(head.substring(0, 1), head);
        }
        assertThat(served).containsExactly("a1", "b1", "a2", "b1", "a3", "b1", "a1", "b1");
    }

    @Test
    void sharesAreEqualByCostAndNotByNumber() {
        queue.add("large", "large");
        queue.add("small", "small");
        double large = 0;
        double small = 0;
        for (int i = 0; i < 1000; i++) {
            String head = queue.head();
            double cost = head.equals("large") ? 16 : 1;
            queue.serveHead(cost);
            queue.add(head, head);
            if (head.equals("large")) {
                large += cost;
            } else {
                small += cost;
            }
        }
        assertThat(large).isBetween(small - 17, small + 17);
    }

    @Test
    void newcomerGetsItsShareAndNothingForTheTimeBefore() {
        queue.add("old", "old");
        for (int i = 0; i < 100; i++) {
            serve(1);
            queue.add("old", "old");
        }
        queue.add("new", "new");
        List<String> served = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            String head = serve(1);
            served.add(head);
            queue.add(head, head);
        }
        assertThat(served.stream().filter("new"::equals)).hasSize(3);
        assertThat(served.subList(0, 2)).contains("old", "new");
    }

    @Test
    void clientThatLeavesAtOnceAndComesBackDoesNotJumpTheQueue() {
        queue.add("a", "a");
        queue.add("b", "b");
        assertThat(serve(10)).isEqualTo("a");
        queue.add("a", "a");
        assertThat(serve(1)).isEqualTo("b");
        queue.add("b", "b");
        assertThat(serve(1)).as("b has had less").isEqualTo("b");
    }

    @Test
    void whoGivesUpIsGone() {
        queue.add("a", "a1");
        queue.add("a", "a2");
        queue.add("b", "b1");
        queue.remove("a", "a1");
        queue.remove("a", "a1");
        queue.remove("c", "c1");
        assertThat(serve(1)).isEqualTo("a2");
        assertThat(serve(1)).isEqualTo("b1");
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void nobodyIsRememberedForEver() {
        for (int i = 0; i < 1000; i++) {
            queue.add("client" + i, "w");
            queue.add("steady", "s");
            serve(1);
            serve(1);
        }
        assertThat(queue.clients()).isZero();
        queue.add("steady", "s");
        for (int i = 0; i < 1000; i++) {
            queue.add("client" + i, "w");
            queue.remove("client" + i, "w");
        }
        assertThat(queue.clients()).isEqualTo(1);
    }
}
