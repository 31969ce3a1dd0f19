package dev.ashlar.nbd.transport;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SpinPolicyTest {
    private static final long SHORT = SpinPolicy.SHORT_WAIT_NANOS;
    private static final long LONG = SHORT + 1;

    private final SpinPolicy policy = new SpinPolicy();

    private int shortWaitsUntilSpin() {
        int waits = 0;
        while (!policy.spins()) {
            policy.waited(SHORT);
            waits++;
        }
        return waits;
    }

    @Test
    void newConnectionDoesNotSpin() {
        assertThat(policy.spins()).isFalse();
    }

    @Test
    void runOfShortWaitsStartsToSpinAndSuccessGoesOn() {
        assertThat(shortWaitsUntilSpin()).isEqualTo(16);
        for (int i = 0; i < 10_000; i++) {
            policy.hit();
            assertThat(policy.spins()).isTrue();
        }
    }

    @Test
    void clientThatSendsSeveralRequestsAtATimeIsNotSpunFor() {
        for (int i = 0; i < 1000; i++) {
            policy.waited(SHORT);
            policy.brought(i % 10 == 0 ? 2 : 1);
            assertThat(policy.spins()).isFalse();
        }
        shortWaitsUntilSpin();
        policy.brought(1);
        assertThat(policy.spins()).isTrue();
        policy.brought(2);
        assertThat(policy.spins()).isFalse();
    }

    @Test
    void idleClientCostsNoSpin() {
        for (int i = 0; i < 1000; i++) {
            policy.waited(SHORT);
            policy.waited(LONG);
            assertThat(policy.spins()).isFalse();
        }
    }

    @Test
    void clientThatPausesIsSpunForEverMoreRarely() {
        int before = 0;
        for (int i = 0; i < 10; i++) {
            int waits = shortWaitsUntilSpin();
            assertThat(waits).isGreaterThan(before);
            before = waits;
            policy.missed();
            assertThat(policy.spins()).isFalse();
        }
        for (int i = 0; i < 20; i++) {
            policy.missed();
        }
        assertThat(shortWaitsUntilSpin()).as("bounded, so that it can recover").isEqualTo(1 << 14);
    }

    @Test
    void longRunOfSuccessForgivesFailures() {
        policy.missed();
        policy.missed();
        assertThat(shortWaitsUntilSpin()).isEqualTo(64);
        for (int i = 0; i < 256; i++) {
            policy.hit();
        }
        policy.waited(LONG);
        assertThat(shortWaitsUntilSpin()).isEqualTo(16);
    }
}
