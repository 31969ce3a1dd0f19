package dev.ashlar.nbd.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.nbd.RateLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ThrottleTest {
    private final AtomicLong clock = new AtomicLong();

    private static FutureTask<Boolean> admitting(Throttle throttle, long bytes) {
        FutureTask<Boolean> task = new FutureTask<>(() -> throttle.admit(bytes));
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
        assertThat(throttle.tryAdmit(5000)).as("overdraws").isTrue();
        assertThat(throttle.tryAdmit(1)).isFalse();
        clock.addAndGet(5_000_000_000L);
        assertThat(throttle.admit(1)).isTrue();
    }

    @Test
    void bothLimitsHold() {
        RateLimiter bytes = limiter(1000, 0);
        RateLimiter operations = limiter(0, 10);
        Throttle throttle = Throttle.of("a", bytes, operations);
        assertThat(throttle.tryAdmit(1)).isTrue();
        assertThat(throttle.tryAdmit(1)).isTrue();
        assertThat(throttle.tryAdmit(1)).as("more than ten a second").isFalse();
        clock.addAndGet(200_000_000L);
        assertThat(throttle.admit(1)).isTrue();
        assertThat(Throttle.of("b", bytes).tryAdmit(1)).as("the first limit is not used up twice").isTrue();
    }

    @Test
    void cancellingEndsAWaitAndLaterOnes() throws Exception {
        RateLimiter limiter = limiter(1, 0);
        Throttle throttle = Throttle.of("a", limiter);
        Throttle other = Throttle.of("b", limiter);
        assertThat(other.tryAdmit(3600)).isTrue();
        FutureTask<Boolean> waiting = admitting(throttle, 1);
        FutureTask<Boolean> behind = admitting(other, 1);
        throttle.cancel();
        assertThat(waiting.get()).isFalse();
        assertThat(throttle.admit(1)).isFalse();
        assertThat(behind.isDone()).isFalse();
        other.cancel();
        assertThat(behind.get()).isFalse();
        clock.addAndGet(4_000_000_000_000L);
        assertThat(throttle.tryAdmit(1)).as("nobody waits any more").isTrue();
    }

    @Test
    void nobodyPassesThoseThatWait() throws Exception {
        RateLimiter limiter = limiter(1, 0);
        Throttle first = Throttle.of("a", limiter);
        assertThat(first.tryAdmit(3600)).isTrue();
        FutureTask<Boolean> waiting = admitting(first, 1);
        clock.addAndGet(4_000_000_000_000L);
        assertThat(Throttle.of("b", limiter).tryAdmit(1)).isFalse();
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
                while (!throttle.cancelled() && (throttle.tryAdmit(0) || throttle.admit(0))) {
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
