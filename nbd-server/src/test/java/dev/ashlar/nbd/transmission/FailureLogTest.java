package dev.ashlar.nbd.transmission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FailureLogTest {

    @Test
    void oneLinePerSecondAndTheRestIsCounted() {
        AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5);
        FailureLog log = new FailureLog(clock::get);
        assertThat(log.admits()).isTrue();
        assertThat(log.admits()).isFalse();
        clock.addAndGet(TimeUnit.SECONDS.toNanos(1) - 1);
        assertThat(log.admits()).isFalse();
        assertThat(log.leftOut()).isEqualTo(2);
        clock.incrementAndGet();
        assertThat(log.admits()).as("although the clock has wrapped").isTrue();
    }
}
