package dev.ashlar.nbd.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LogGateTest {

    @Test
    void oneLinePerSecondAndTheRestIsCounted() {
        AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5);
        LogGate gate = new LogGate(clock::get);
        assertThat(gate.pass()).isEmpty();
        assertThat(gate.pass()).isNull();
        clock.addAndGet(TimeUnit.SECONDS.toNanos(1) - 1);
        assertThat(gate.pass()).isNull();
        clock.incrementAndGet();
        assertThat(gate.pass()).as("although the clock has wrapped").isEqualTo(" (2 similar left out)");
    }
}
