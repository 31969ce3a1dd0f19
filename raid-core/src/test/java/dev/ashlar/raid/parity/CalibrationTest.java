package dev.ashlar.raid.parity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CalibrationTest {
    private final AtomicLong clock = new AtomicLong();

    /** Takes a fixed time for a call, by a clock of our own. */
    private final class Timed extends ForwardingKernels {
        private final long nanos;
        private int calls;

        Timed(long nanos) {
            this.nanos = nanos;
        }

        @Override
        public void xor(long source, long target, int lengthBytes) {
            calls++;
            clock.addAndGet(nanos);
        }
    }

    @Test
    void theFirstStaysUnlessAnotherIsClearlyFaster() {
        Calibration calibration = new Calibration(
                ParityOperation.XOR, ScalarKernels.INSTANCE, ScalarKernels.INSTANCE, ScalarKernels.INSTANCE);
        assertThat(calibration.fastest()).isZero();
        assertThat(calibration.measured(0, 10)).isTrue();
        assertThat(calibration.measured(1, 10.9)).isTrue();
        assertThat(calibration.fastest()).isZero();
        calibration.measured(1, 11.1);
        assertThat(calibration.fastest()).isEqualTo(1);
        calibration.measured(2, 11.2);
        assertThat(calibration.fastest()).isEqualTo(2);
    }

    @Test
    void theBestTurnCounts() {
        Calibration calibration = new Calibration(ParityOperation.XOR, ScalarKernels.INSTANCE);
        assertThat(calibration.measured(0, 10)).isTrue();
        assertThat(calibration.measured(0, 1)).isFalse();
        assertThat(calibration.measured(0, 10.1)).isFalse();
        assertThat(calibration.speed(0)).isEqualTo(10.1);
    }

    @Test
    void measuresByTheClockItIsGiven() {
        Calibration calibration = new Calibration(ParityOperation.XOR, new Timed(2_000), new Timed(1_000));
        try (SpeedProbe probe = new SpeedProbe(clock::get)) {
            calibration.run(probe, clock::get, 100_000, 1_000_000_000, 0);
        }
        assertThat(calibration.fastest()).isEqualTo(1);
        assertThat(calibration.speed(0)).isEqualTo(SpeedProbe.LENGTH_BYTES / 2_000.0);
        assertThat(calibration.speed(1)).isEqualTo(SpeedProbe.LENGTH_BYTES / 1_000.0);
        assertThat(clock.get()).isLessThan(100_000_000);
    }

    @Test
    void endsAtItsLimitHoweverSlowAllAre() {
        Timed slow = new Timed(400_000_000);
        Calibration calibration = new Calibration(ParityOperation.XOR, slow, new Timed(500_000_000));
        try (SpeedProbe probe = new SpeedProbe(clock::get)) {
            calibration.run(probe, clock::get, 1_000_000, 1_000_000_000, 0);
        }
        assertThat(slow.calls).isEqualTo(2);
        assertThat(calibration.fastest()).isZero();
    }

    @Test
    void operationsAreAskedForWhenTheyAreFirstUsedAndGoWhereTheyAreSent() {
        Set<ParityOperation> asked = EnumSet.noneOf(ParityOperation.class);
        Timed slow = new Timed(2);
        Timed fast = new Timed(1);
        ChosenKernels chosen = new ChosenKernels(slow, "test", operation -> assertThat(asked.add(operation)).isTrue());
        assertThat(asked).isEmpty();
        chosen.xor(0, 0, 0);
        chosen.xor(0, 0, 0);
        chosen.generate(new long[0], 0, 0, 0, 0);
        assertThat(asked).containsExactlyInAnyOrder(ParityOperation.XOR, ParityOperation.GENERATE_P);
        chosen.choose(ParityOperation.XOR, fast);
        chosen.xor(0, 0, 0);
        assertThat(slow.calls).isEqualTo(2);
        assertThat(fast.calls).isEqualTo(1);
    }
}
