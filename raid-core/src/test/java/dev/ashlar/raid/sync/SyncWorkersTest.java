package dev.ashlar.raid.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class SyncWorkersTest {
    @Test
    void everyUnitIsDoneOnce() throws IOException {
        SyncWorkers workers = new SyncWorkers(4);
        for (boolean all : new boolean[] {false, true}) {
            workers.useAll(all);
            AtomicIntegerArray done = new AtomicIntegerArray(1000);
            workers.run(10, 990, unit -> done.incrementAndGet((int) unit));
            for (int unit = 0; unit < 1000; unit++) {
                assertThat(done.get(unit)).isEqualTo(unit >= 10 && unit < 990 ? 1 : 0);
            }
        }
    }

    @Test
    void allThreadsWorkAtOnce() throws IOException {
        SyncWorkers workers = new SyncWorkers(3);
        workers.useAll(true);
        CyclicBarrier together = new CyclicBarrier(3);
        workers.run(0, 3, unit -> {
            try {
                together.await(60, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new IOException(e);
            }
        });
        assertThat(together.isBroken()).isFalse();
    }

    @Test
    void aFailureIsThrownWhenNobodyWorksAnyMore() {
        SyncWorkers workers = new SyncWorkers(4);
        workers.useAll(true);
        AtomicInteger running = new AtomicInteger();
        AtomicInteger begun = new AtomicInteger();
        assertThatThrownBy(() -> workers.run(0, 1_000_000, unit -> {
            running.incrementAndGet();
            try {
                begun.incrementAndGet();
                if (unit == 17) {
                    throw new IOException("unit 17");
                }
            } finally {
                running.decrementAndGet();
            }
        })).isInstanceOf(IOException.class).hasMessage("unit 17");
        assertThat(running).hasValue(0);
        assertThat(begun.get()).isLessThan(1_000_000);
    }

    @Test
    void nothingIsDoneOfAnEmptyRange() throws IOException {
        SyncWorkers workers = new SyncWorkers(2);
        workers.useAll(true);
        workers.run(5, 5, unit -> {
            throw new IOException("unit " + unit);
        });
        assertThatThrownBy(() -> new SyncWorkers(0)).hasMessage("most=0 is not at least 1");
    }
}
