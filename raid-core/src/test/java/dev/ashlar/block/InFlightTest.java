package dev.ashlar.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 1, unit = TimeUnit.MINUTES)
class InFlightTest {
    private final InFlight calls = new InFlight();

    @Test
    void closeWaitsForTheCallsInsideAndLetsNoOthersIn() throws InterruptedException {
        assertThat(calls.enter()).isTrue();
        assertThat(calls.enter()).isTrue();
        Thread closer = Thread.ofPlatform().start(calls::close);
        while (closer.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        assertThat(calls.enter()).isFalse();
        calls.exit();
        assertThat(closer.getState()).isEqualTo(Thread.State.WAITING);
        calls.exit();
        closer.join();
        assertThat(calls.closed()).isTrue();
        assertThat(calls.enter()).isFalse();
    }

    @Test
    void onlyTheFirstCloseCounts() {
        assertThat(calls.close()).isTrue();
        assertThat(calls.enter()).isFalse();
        assertThat(calls.close()).isFalse();
    }

    @Test
    void interruptedCloserStillWaitsAndStaysInterrupted() throws InterruptedException {
        assertThat(calls.enter()).isTrue();
        boolean[] interrupted = new boolean[1];
        Thread closer = Thread.ofPlatform().start(() -> {
            Thread.currentThread().interrupt();
            calls.close();
            interrupted[0] = Thread.currentThread().isInterrupted();
        });
        while (closer.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        calls.exit();
        closer.join();
        assertThat(interrupted[0]).isTrue();
    }
}
