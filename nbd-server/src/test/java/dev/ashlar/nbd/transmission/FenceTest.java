package dev.ashlar.nbd.transmission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FenceTest {
    private final Fence fence = new Fence();

    /** What is handed on, and what of it has ended. */
    private record Numbers(AtomicLong given, AtomicLong done) implements Fence.Queue {
        Numbers() {
            this(new AtomicLong(), new AtomicLong());
        }

        @Override
        public long handedOn() {
            return given.get();
        }

        @Override
        public long ended() {
            return done.get();
        }
    }

    @Test
    void idleConnectionPassesAtOnce() {
        assertThat(fence.mark().getAsBoolean()).isTrue();
        assertThat(fence.inProgress()).isFalse();
    }

    @Test
    void changeInProgressHasToEndAndLaterOnesDoNot() throws FencedException {
        fence.connection().begin();
        assertThat(fence.inProgress()).isTrue();
        BooleanSupplier mark = fence.mark();
        assertThat(mark.getAsBoolean()).isFalse();
        fence.connection().end();
        fence.connection().begin();
        assertThat(mark.getAsBoolean()).as("the next change came later").isTrue();
        assertThat(fence.mark().getAsBoolean()).isFalse();
    }

    @Test
    void bothLanesCount() throws FencedException {
        fence.stage().begin();
        BooleanSupplier mark = fence.mark();
        fence.connection().begin();
        fence.connection().end();
        assertThat(mark.getAsBoolean()).isFalse();
        fence.stage().end();
        assertThat(mark.getAsBoolean()).isTrue();
    }

    @Test
    void whatWasHandedOnHasToEndAndWhatComesBehindDoesNot() {
        Numbers queue = new Numbers();
        fence.use(queue);
        queue.given().set(3);
        queue.done().set(1);
        BooleanSupplier mark = fence.mark();
        queue.given().set(9);
        queue.done().set(2);
        assertThat(mark.getAsBoolean()).isFalse();
        queue.done().set(3);
        assertThat(mark.getAsBoolean()).isTrue();
    }

    @Test
    void queueThatFollowsDoesNotMatterToAnEarlierMark() {
        Numbers first = new Numbers();
        first.given().set(1);
        fence.use(first);
        BooleanSupplier mark = fence.mark();
        first.done().set(1);
        Numbers second = new Numbers();
        second.given().set(5);
        fence.use(second);
        assertThat(mark.getAsBoolean()).isTrue();
        assertThat(fence.mark().getAsBoolean()).isFalse();
    }

    @Test
    void nothingBeginsBehindAClosedFence() throws FencedException {
        fence.connection().begin();
        fence.close();
        assertThatThrownBy(() -> fence.stage().begin()).isInstanceOf(FencedException.class);
        assertThat(fence.mark().getAsBoolean()).as("the one before goes on").isFalse();
        fence.connection().end();
        assertThat(fence.mark().getAsBoolean()).isTrue();
        assertThatThrownBy(() -> fence.connection().begin()).isInstanceOf(FencedException.class);
        assertThat(fence.inProgress()).isFalse();
    }

    /** Either the thread sees the fence closed, or the one who closes it sees the thread's change. */
    @Test
    void noChangeIsOverlooked() throws Exception {
        AtomicReference<Fence> raced = new AtomicReference<>();
        AtomicBoolean inDevice = new AtomicBoolean();
        AtomicBoolean over = new AtomicBoolean();
        Thread changes = Thread.ofPlatform().daemon().start(() -> {
            while (!over.get()) {
                Fence own = raced.get();
                if (own != null) {
                    changeUntilFenced(own, inDevice);
                    raced.set(null);
                }
                Thread.onSpinWait();
            }
        });
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        int rounds = 0;
        for (; System.nanoTime() < until; rounds++) {
            Fence own = new Fence();
            raced.set(own);
            own.close();
            BooleanSupplier mark = own.mark();
            while (!mark.getAsBoolean()) {
                Thread.yield();
            }
            assertThat(inDevice.getAcquire()).as("round %d", rounds).isFalse();
            while (raced.get() != null) {
                Thread.yield();
            }
        }
        over.set(true);
        changes.join();
        assertThat(rounds).isPositive();
    }

    private static void changeUntilFenced(Fence own, AtomicBoolean inDevice) {
        try {
            while (true) {
                own.connection().begin();
                inDevice.setOpaque(true);
                inDevice.setOpaque(false);
                own.connection().end();
            }
        } catch (FencedException _) {
            // The end of the round.
        }
    }
}
