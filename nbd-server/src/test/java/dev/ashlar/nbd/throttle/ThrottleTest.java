package dev.ashlar.nbd.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.nbd.RateLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ThrottleTest {
    private final AtomicLong clock = new AtomicLong();

    private static FutureTask<Boolean> moving(Throttle throttle, long bytes) {
        FutureTask<Boolean> task = new FutureTask<>(() -> throttle.move(bytes));
        Thread thread = Thread.ofPlatform().daemon().start(task);
        while (thread.getState() != Thread.State.TIMED_WAITING && !task.isDone()) {
            Thread.yield();
        }
        return task;
    }

    private RateLimiter limiter(long bytes, long operations) {
        return RateLimiter.of(new RateLimits(bytes, operations), clock::get);
    }

    @Test
    void noLimitIsNoThrottle() {
        assertThat(RateLimiter.of(RateLimits.NONE, clock::get)).isNull();
        assertThat(Throttle.of("a", null, null)).isNull();
    }

    @Test
    void whatTheRateAllowsPassesAtOnce() {
        Throttle throttle = Throttle.of("a", limiter(1000, 0), null);
        assertThat(throttle.tryMove(4096)).as("overdraws by a piece").isTrue();
        assertThat(throttle.tryMove(1)).isFalse();
        clock.addAndGet(5_000_000_000L);
        assertThat(throttle.move(1)).isTrue();
        assertThat(throttle.tryBegin()).as("no limit of requests").isTrue();
    }

    @Test
    void bothLimitsHold() {
        RateLimiter limiter = limiter(1000, 10);
        Throttle throttle = Throttle.of("a", limiter);
        assertThat(throttle.tryBegin()).isTrue();
        assertThat(throttle.tryBegin()).isTrue();
        assertThat(throttle.tryBegin()).as("more than ten a second").isFalse();
        clock.addAndGet(200_000_000L);
        assertThat(throttle.begin()).isTrue();
        assertThat(throttle.tryMove(4096)).isTrue();
        assertThat(throttle.tryMove(1)).as("more than a thousand bytes a second").isFalse();
    }

    @Test
    void whatPassesTheFirstOfTwoLimitsPassesItOnce() {
        RateLimiter generous = limiter(100_000, 0);
        RateLimiter strict = limiter(10_000, 0);
        Throttle throttle = Throttle.of("a", generous, strict);
        assertThat(throttle.tryMove(8000)).isFalse();
        clock.addAndGet(10_000_000_000L);
        assertThat(throttle.move(8000)).isTrue();
        assertThat(Throttle.of("b", generous).tryMove(10_000)).isTrue();
    }

    @Test
    void debtOfAnyoneNeverExceedsOnePiece() {
        RateLimiter limiter = limiter(8 << 20, 0);
        assertThat(Throttle.of("a", limiter).tryMove(64 << 20)).isFalse();
        clock.addAndGet(11_000_000L);
        assertThat(Throttle.of("b", limiter).tryMove(4096)).as("a hundredth of a second later").isTrue();
    }

    @Test
    void whoIsInHastePassesAndItsClientPaysLater() throws Exception {
        RateLimiter limiter = limiter(1000, 0);
        AtomicBoolean needed = new AtomicBoolean(true);
        Throttle throttle = Throttle.of("a", limiter);
        assertThat(throttle.tryMove(4096)).isTrue();
        FutureTask<Boolean> waiting = moving(throttle, 4096);
        throttle.hasten(needed::get);
        assertThat(waiting.get()).isTrue();
        assertThat(throttle.tryMove(1_000_000)).isTrue();
        needed.set(false);
        clock.addAndGet(5_000_000_000L);
        assertThat(Throttle.of("b", limiter).tryMove(1)).as("others pay nothing").isTrue();
        assertThat(Throttle.of("a", limiter).tryMove(1)).as("by any connection").isFalse();
        clock.addAndGet(3_600_000_000_000L);
        assertThat(Throttle.of("a", limiter).tryMove(1)).as("before it has paid").isFalse();
    }

    @Test
    void whatIsCancelledIsNotOwed() throws Exception {
        RateLimiter limiter = limiter(1000, 0);
        Throttle throttle = Throttle.of("a", limiter);
        assertThat(throttle.tryMove(4096)).isTrue();
        FutureTask<Boolean> waiting = moving(throttle, 1 << 20);
        throttle.cancel();
        assertThat(waiting.get()).isFalse();
        clock.addAndGet(5_000_000_000L);
        assertThat(Throttle.of("a", limiter).tryMove(1)).isTrue();
    }

    @Test
    void cancellingEndsAWaitAndLaterOnes() throws Exception {
        RateLimiter limiter = limiter(1, 0);
        Throttle throttle = Throttle.of("a", limiter);
        Throttle other = Throttle.of("b", limiter);
        assertThat(other.tryMove(3600)).isTrue();
        FutureTask<Boolean> waiting = moving(throttle, 1);
        FutureTask<Boolean> behind = moving(other, 1);
        throttle.cancel();
        assertThat(waiting.get()).isFalse();
        assertThat(throttle.move(1)).isFalse();
        assertThat(behind.isDone()).isFalse();
        other.cancel();
        assertThat(behind.get()).isFalse();
        clock.addAndGet(4_000_000_000_000L);
        assertThat(throttle.tryMove(1)).as("nobody waits any more").isTrue();
    }

    @Test
    void nobodyPassesThoseThatWait() throws Exception {
        RateLimiter limiter = limiter(1, 0);
        Throttle first = Throttle.of("a", limiter);
        assertThat(first.tryMove(3600)).isTrue();
        FutureTask<Boolean> waiting = moving(first, 1);
        clock.addAndGet(4_000_000_000_000L);
        assertThat(Throttle.of("b", limiter).tryMove(1)).isFalse();
        first.cancel();
        waiting.get();
    }

    @Test
    void connectionsOfManyClientsShareEvenly() throws Exception {
        RateLimiter limiter = RateLimiter.of(new RateLimits(0, 2000), System::nanoTime);
        List<AtomicInteger> counts = new ArrayList<>();
        List<Throttle> throttles = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        // The first client has four connections, the others one each.
        for (String client : new String[] {"a", "a", "a", "a", "b", "c"}) {
            AtomicInteger count = new AtomicInteger();
            Throttle throttle = Throttle.of(client, limiter);
            counts.add(count);
            throttles.add(throttle);
            threads.add(Thread.ofPlatform().daemon().start(() -> {
                while (!throttle.cancelled() && (throttle.tryBegin() || throttle.begin())) {
                    count.incrementAndGet();
                }
            }));
        }
        while (counts.get(4).get() + counts.get(5).get() < 600) {
            Thread.yield();
        }
        throttles.forEach(Throttle::cancel);
        for (Thread thread : threads) {
            thread.join();
        }
        int ofFour = counts.subList(0, 4).stream().mapToInt(AtomicInteger::get).sum();
        assertThat(ofFour).as("four connections of one client against two of others: %s", counts).isLessThan(700);
    }
}
